import type { ComposeDocument } from './compose-document.ts';
import { namesOf, volumesOf } from './compose-references.ts';
import { inputSpecFaults } from './input-spec.ts';
import type { Fault } from './product-faults.ts';
import type { ProductFile } from './product-schema.ts';

/** The network that release services name to reach the services of data.compose.yaml. */
export const DATA_NETWORK = 'data';

export interface ProductParts {
  readonly file: ProductFile;
  readonly release: ComposeDocument;
  readonly data?: ComposeDocument;
}

/** What only shows when product.yaml and the Compose files are read together. Pure. */
export function crossCheck(parts: ProductParts): Fault[] {
  return [
    ...endpointFaults(parts),
    ...serviceFaults(parts),
    ...swapFaults(parts),
    ...variableFaults(parts),
    ...Object.entries(parts.file.inputs).flatMap(([name, spec]) =>
      inputSpecFaults(spec).map(({ path, message }) => fault(`inputs.${name}.${path}`, message)),
    ),
    ...dataFaults(parts),
  ];
}

function fault(path: string, message: string): Fault {
  return { path: `product.yaml: ${path}`, message };
}

function has(document: ComposeDocument, service: string): boolean {
  return Object.hasOwn(document.services, service);
}

function endpointFaults({ file, release }: ProductParts): Fault[] {
  const entries = Object.entries(file.endpoints);
  const faults = entries
    .filter(([, { service }]) => !has(release, service))
    .map(([name, { service }]) =>
      fault(`endpoints.${name}.service`, `compose.yaml has no service ${service}`),
    );
  const primaries = entries.filter(([, { primary }]) => primary).length;
  if (primaries > 1 || (primaries === 0 && entries.length > 1)) {
    faults.push(fault('endpoints', `${primaries} endpoints are primary; exactly one must be`));
  }
  return faults;
}

function serviceFaults({ file, release }: ProductParts): Fault[] {
  const faults: Fault[] = [];
  const published = Object.values(file.endpoints).map(({ service }) => service);
  const expect = (path: string, service: string, mayPublish: boolean): void => {
    if (!has(release, service)) faults.push(fault(path, `compose.yaml has no service ${service}`));
    else if (!mayPublish && published.includes(service))
      faults.push(fault(path, `${service} serves an endpoint, so it must start with the others`));
  };
  file.singletons.forEach((service, index) => expect(`singletons.${index}`, service, false));
  if (file.migrate !== undefined) {
    expect('migrate.service', file.migrate.service, false);
    if (file.singletons.includes(file.migrate.service))
      faults.push(fault('migrate.service', 'is a singleton too'));
  }
  for (const [name, { services = [] }] of Object.entries(file.inputs)) {
    services.forEach((service, index) => expect(`inputs.${name}.services.${index}`, service, true));
  }
  return [...faults, ...lateDependencies({ file, release })];
}

/** A service that starts with the release cannot wait for one that starts after the switch. */
function lateDependencies({ file, release }: ProductParts): Fault[] {
  return Object.entries(release.services)
    .filter(([name]) => !file.singletons.includes(name))
    .flatMap(([name, { depends_on: others }]) =>
      namesOf(others)
        .filter((other) => file.singletons.includes(other))
        .map((other) => ({
          path: `compose.yaml: services.${name}.depends_on`,
          message: `waits for the singleton ${other}, which starts after the switch`,
        })),
    );
}

/** During a swap two releases run side by side: they must not write the same data. */
function swapFaults({ file, release }: ProductParts): Fault[] {
  if (file.strategy !== 'swap') return [];
  const faults: Fault[] = [];
  for (const [name, service] of Object.entries(release.services)) {
    for (const volume of volumesOf(service).filter(({ isWritable }) => isWritable)) {
      faults.push({
        path: `compose.yaml: services.${name}.volumes`,
        message: `mounts ${volume.name} writable, which a swap cannot share between two releases; use instead: tmpfs, a service of data.compose.yaml, or strategy recreate`,
      });
    }
  }
  if (file.migrate?.backward_compatible === false) {
    faults.push(
      fault('strategy', 'swap needs a migration that is backward compatible; use instead: recreate'),
    );
  }
  return faults;
}

/** Each variable has one source: an input, a secret, the base path, or the Compose file. */
function variableFaults({ file, release, data }: ProductParts): Fault[] {
  const faults: Fault[] = [];
  const owners = new Map<string, string>();
  const claim = (env: string, owner: string): void => {
    const other = owners.get(env);
    if (other === undefined) owners.set(env, owner);
    else faults.push(fault(owner, `${env} already comes from ${other}`));
  };
  for (const env of Object.keys(file.secrets)) claim(env, `secrets.${env}`);
  if (file.base_path_env !== undefined) claim(file.base_path_env, 'base_path_env');
  for (const [name, { env }] of Object.entries(file.inputs)) claim(env, `inputs.${name}.env`);
  for (const [where, document] of [
    ['compose.yaml', release],
    ['data.compose.yaml', data],
  ] as const) {
    for (const [name, { environment = {} }] of Object.entries(document?.services ?? {})) {
      for (const env of Object.keys(environment).filter((key) => owners.has(key))) {
        faults.push({
          path: `${where}: services.${name}.environment.${env}`,
          message: `already comes from ${owners.get(env)} of product.yaml`,
        });
      }
    }
  }
  return faults;
}

function dataFaults({ release, data }: ProductParts): Fault[] {
  const isDeclared = release.networks !== undefined && Object.hasOwn(release.networks, DATA_NETWORK);
  if (data === undefined) {
    if (!isDeclared) return [];
    return [
      {
        path: `compose.yaml: networks.${DATA_NETWORK}`,
        message:
          'is the network shared with data.compose.yaml, which is not there; use instead: another name',
      },
    ];
  }
  const faults = Object.keys(data.services)
    .filter((name) => has(release, name))
    .map((name) => ({
      path: `data.compose.yaml: services.${name}`,
      message: 'compose.yaml has a service of this name too; both would answer to it',
    }));
  for (const [file, document] of [
    ['compose.yaml', release],
    ['data.compose.yaml', data],
  ] as const) {
    const joins = Object.values(document.services).some(({ networks }) =>
      namesOf(networks).includes(DATA_NETWORK),
    );
    if (!joins)
      faults.push({
        path: `${file}: networks`,
        message: `no service joins the network ${DATA_NETWORK}, the only way between the two files`,
      });
  }
  return faults;
}
