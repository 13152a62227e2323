import type { ComposeDocument, ComposeService } from './compose-document.ts';
import type { Fault } from './product-faults.ts';

/** Networks, volumes and services that are named but not there, and circles of depends_on. Pure. */
export function checkReferences(document: ComposeDocument, file: string): Fault[] {
  const faults: Fault[] = [];
  for (const [name, service] of Object.entries(document.services)) {
    const missing = (key: string, what: string): void => {
      faults.push({
        path: `${file}: services.${name}.${key}`,
        message: `names ${what}, which this file does not declare`,
      });
    };
    for (const volume of volumesOf(service)) {
      if (!has(document.volumes, volume.name)) missing('volumes', `the volume ${volume.name}`);
    }
    for (const network of namesOf(service.networks)) {
      if (network !== 'default' && !has(document.networks, network))
        missing('networks', `the network ${network}`);
    }
    for (const other of namesOf(service.depends_on)) {
      if (!has(document.services, other)) missing('depends_on', `the service ${other}`);
    }
    if (leadsBackTo(name, document))
      faults.push({ path: `${file}: services.${name}.depends_on`, message: 'leads back to itself' });
  }
  return faults;
}

/** The named volumes that a service mounts. */
export function volumesOf({ volumes = [] }: ComposeService): { name: string; isWritable: boolean }[] {
  return volumes.map((text) => {
    const [name = '', , mode] = text.split(':');
    return { name, isWritable: mode !== 'ro' };
  });
}

/** A list of names, also where Compose writes it as a map. */
export function namesOf(names: readonly string[] | Readonly<Record<string, unknown>> | undefined): string[] {
  if (names === undefined) return [];
  return Array.isArray(names) ? [...(names as string[])] : Object.keys(names);
}

function has(record: Readonly<Record<string, unknown>> | undefined, key: string): boolean {
  return record !== undefined && Object.hasOwn(record, key);
}

function leadsBackTo(start: string, { services }: ComposeDocument): boolean {
  const seen = new Set<string>();
  const open = namesOf(services[start]?.depends_on);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === start) return true;
    if (seen.has(name) || !has(services, name)) continue;
    seen.add(name);
    open.push(...namesOf(services[name]?.depends_on));
  }
  return false;
}
