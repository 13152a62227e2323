import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCompose } from '../../src/products/compose-file.ts';

function service(yaml: string, rest = ''): string {
  return `services: { web: { image: 'a:1', ${yaml} } }\n${rest}`;
}

function textOf(source: string): string {
  const outcome = readCompose(source, 'compose.yaml');
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.faults));
  return outcome.canonical.text;
}

function faultsOf(source: string): string[] {
  const outcome = readCompose(source, 'compose.yaml');
  return outcome.ok ? [] : outcome.faults.map(({ path, message }) => `${path}: ${message}`);
}

describe('a service is refused, with the reason and the way out, when it asks for', () => {
  test.each([
    ['privilege', 'privileged: true'],
    ['capabilities', 'cap_add: [SYS_ADMIN]'],
    ['devices', 'devices: [/dev/kmsg]'],
    ['the host network', 'network_mode: host'],
    ['the host processes', 'pid: host'],
    ['the host memory', 'ipc: host'],
    ['a user namespace of the host', 'userns_mode: host'],
    ['a published port', "ports: ['80:80']"],
    ['a fixed name', 'container_name: x'],
    ['a build', 'build: .'],
    ['parts of another file', 'extends: { file: x.yaml, service: y }'],
    ['an env file', 'env_file: .env'],
    ['a bind mount', "volumes: ['/etc:/etc']"],
    ['a relative bind mount', "volumes: ['./x:/x']"],
    ['a bind mount of the home', "volumes: ['~/x:/x']"],
    ['a bind mount spelled long', 'volumes: [{ type: bind, source: /, target: /host }]'],
    ['the docker socket', "volumes: ['/var/run/docker.sock:/var/run/docker.sock']"],
    ['a nameless volume', 'volumes: [/data]'],
    ['odd mount options', "volumes: ['v:/data:rw,z']"],
    ['secrets of Compose', 'secrets: [x]'],
    ['configs of Compose', 'configs: [x]'],
    ['no seccomp', "security_opt: ['seccomp:unconfined']"],
    ['no apparmor', "security_opt: ['apparmor=unconfined']"],
    ['the labels of the platform', 'labels: { ark.instance: other }'],
    ['the labels of Compose', 'labels: { com.docker.compose.project: other }'],
    ['those labels in a list', "labels: ['ark.role=release']"],
    ['a restart policy', 'restart: always'],
    ['a stop without end', 'stop_grace_period: 9999h'],
    ['replicas', 'deploy: { replicas: 3 }'],
    ['limits twice', 'mem_limit: 1g, deploy: { resources: { limits: { memory: 2g } } }'],
    ['a profile', 'profiles: [x]'],
    ['a kernel setting', "sysctls: { net.ipv4.ip_forward: '1' }"],
    ['a group of the host', 'group_add: [docker]'],
    ['a cgroup', 'cgroup_parent: /'],
    ['a runtime', 'runtime: runc'],
    ['names for addresses', "extra_hosts: ['a:1.2.3.4']"],
    ['an environment of the runner', 'environment: [HOME]'],
    ['an environment of the runner, as a map', 'environment: { HOME: null }'],
    ['a variable of the platform', 'environment: { ARK_X: a }'],
    ['an unquoted truth', 'environment: { A: true }'],
  ])('%s', (_what, yaml) => {
    const faults = faultsOf(service(yaml, 'volumes: { v: {} }'));

    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^compose\.yaml: services\.web\.\S+: .+: .+; use instead: .+/);
  });
});

describe('a document is refused with', () => {
  test.each([
    ['include', 'include: [x.yaml]'],
    ['an extension field', 'x-base: {}'],
    ['a name', 'name: x'],
    ['secrets', 'secrets: { x: { file: /etc/shadow } }'],
    ['an external network', 'networks: { x: { external: true } }'],
    ['a named network', 'networks: { x: { name: host } }'],
    ['a host network driver', 'networks: { x: { driver: host } }'],
    ['an external volume', 'volumes: { x: { external: true } }'],
    ['a volume that is a bind mount', 'volumes: { x: { driver_opts: { type: none, o: bind, device: / } } }'],
    ['a service name that is an option', "services: { '--help': { image: 'a:1' } }"],
    ['an unknown key', 'surprise: 1'],
    ['__proto__', '__proto__: { privileged: true }'],
  ])('%s', (_what, yaml) => {
    const base = yaml.startsWith('services') ? yaml : service('init: true', yaml);

    expect(faultsOf(base)).toHaveLength(1);
  });

  test.each([
    ['nothing', ''],
    ['no services', 'services: {}'],
    ['a list', '[]'],
    ['a text', 'services'],
    ['no image', 'services: { web: {} }'],
    ['an image without tag', 'services: { web: { image: nginx } }'],
    ['an image that is an option', "services: { web: { image: '--privileged:1' } }"],
    ['an image with blanks', "services: { web: { image: 'a:1 b' } }"],
    ['a service that is no map', 'services: { web: true }'],
    ['an unknown network', service('networks: [x]')],
    ['an unknown volume', service("volumes: ['x:/x']")],
    ['an unknown dependency', service('depends_on: [x]')],
    ['a service that waits for itself', service('depends_on: [web]')],
  ])('%s', (_what, yaml) => {
    expect(faultsOf(yaml).length).toBeGreaterThan(0);
  });
});

test('all faults come at once', () => {
  const faults = faultsOf(service('privileged: true, pid: host, environment: { A: "${X}" }', 'x-a: 1'));

  expect(faults.map((fault) => fault.split(': ')[1])).toEqual([
    'services.web.environment.A',
    'services.web.privileged',
    'services.web.pid',
    'x-a',
  ]);
});

describe('a dollar sign', () => {
  test.each(['${X}', '$X', 'a${X:-b}', '$$$X', '${X:?no}', '$_'])(
    '%s is interpolation, refused with a word on inputs',
    (text) => {
      expect(faultsOf(service(`environment: { A: '${text}' }`)).join()).toContain('declare an input');
    },
  );

  test.each([
    ['5 $', '5 $$'],
    ['$$X', '$$X'],
    ['$1', '$$1'],
    ['$(id)', '$$(id)'],
    ['$$$$', '$$$$'],
    ['$$$', '$$$$'],
  ])('%s is kept as %s', (text, kept) => {
    expect(JSON.parse(textOf(service(`environment: { A: '${text}' }`)))).toMatchObject({
      services: { web: { environment: { A: kept } } },
    });
  });
});

test('the canonical text has sorted keys, no blanks, no version, and the digest of its bytes', () => {
  const outcome = readCompose(`version: '3.8'\n${service("user: '1', command: 'é'")}`, 'compose.yaml');

  expect(outcome).toMatchObject({ ok: true });
  if (!outcome.ok) return;
  expect(outcome.canonical.text).toBe('{"services":{"web":{"command":"é","image":"a:1","user":"1"}}}');
  expect(outcome.canonical.digest).toBe(
    `sha256:${createHash('sha256').update(outcome.canonical.text).digest('hex')}`,
  );
});

test('the order of keys and the spelling of lists change nothing', () => {
  const one = "services: { web: { image: 'a:1', environment: [A=1, B=x=y], mem_limit: 64m } }";
  const other =
    "services: { web: { deploy: { resources: { limits: { memory: 64m } } }, environment: { B: x=y, A: 1 }, image: 'a:1' } }";

  expect(textOf(one)).toBe(textOf(other));
});

test('canonical text read again gives itself', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('$', '{', 'X', 'a', '"', '\\', 'é', '\n', '😀', ' ') }),
      (value) => {
        const first = readCompose(
          JSON.stringify({ services: { web: { image: 'a:1', environment: { A: value } } } }),
          'c',
        );
        if (!first.ok) return;
        const second = readCompose(first.canonical.text, 'c');
        expect(second).toMatchObject({ ok: true, canonical: first.canonical });
      },
    ),
  );
});

test('docker-compose 1 reads the canonical text with every allowed key and keeps a dollar', async () => {
  const source = `
services:
  web:
    image: registry.example.com:5000/a/b:1@sha256:${'a'.repeat(64)}
    command: [sh, -c, 'echo $$HOME 5 $ ñ 😀']
    entrypoint: /bin/tini
    environment: { A: '$(id)' }
    expose: ['8080', 9090]
    healthcheck: { test: [CMD, nc], interval: 1s, timeout: 2s, start_period: 1m30s, retries: 5 }
    depends_on: { db: { condition: service_healthy } }
    volumes: ['files:/x:ro']
    tmpfs: ['/tmp:size=1m,mode=1777']
    read_only: true
    user: '1000:1000'
    working_dir: /x
    cap_drop: [ALL]
    security_opt: ['no-new-privileges:true']
    deploy: { resources: { limits: { cpus: '0.5', memory: 64M, pids: 20 } } }
    mem_reservation: 32m
    shm_size: 16m
    cpu_shares: 512
    ulimits: { nofile: { soft: 100, hard: 200 } }
    init: true
    tty: false
    stop_grace_period: 3s
    stop_signal: SIGQUIT
    labels: { org.example.team: red }
    networks: { data: { aliases: [www] }, default: null }
  db: { image: 'b:1', healthcheck: { disable: true }, networks: [data] }
networks: { data: { internal: true, driver: bridge } }
volumes: { files: {} }
`;
  const folder = await mkdtemp(join(tmpdir(), 'ark-compose-'));
  try {
    await writeFile(join(folder, 'compose.json'), textOf(source));

    const { stdout } = await promisify(execFile)('docker-compose', [
      '-p',
      'x',
      '-f',
      join(folder, 'compose.json'),
      'config',
    ]);

    expect(stdout).toContain('echo $$HOME 5 $$ ñ 😀');
    expect(stdout).toContain('A: $$(id)');
    expect(stdout).toContain('mem_limit: 64M');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
