import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { ClientHost } from '../../src/launcher/client-host.ts';
import { run } from '../../src/launcher/command.ts';

const ROOT = join(import.meta.dirname, '../..');
const APPLETS = 'sh cat chmod chown cp id ln ls mkdir printf sed sleep'.split(' ');
const PROGRAMS = ['bash', 'redis-server', 'redis-cli', 'nginx'];

/**
 * npm without a package registry: `npm ci` lays down the packages that this machine has, as the lock file sorts them.
 * All else of the Dockerfile happens as it does anywhere.
 */
const NPM = `#!/bin/sh
set -eu
case "$*" in
  'ci --include=dev') ln -s /opt/packages/node_modules . ;;
  'ci --omit=dev')
    while read -r path; do
      mkdir -p "\${path%/*}"
      cp -a "/opt/packages/$path" "\${path%/*}/"
    done </opt/packages/production
    ;;
  *) echo "no such npm command here: $*" >&2; exit 1 ;;
esac
`;

/** The packages go into the stream from where they are, without the one that carries Node. */
const IMPORT = `
  tar -c --exclude=./node_modules/node --transform='s,^./node_modules,./opt/packages/node_modules,' \\
    -C "$1" . -C "$2" ./node_modules |
    docker -H "unix://$3" import -c 'ENV PATH=/usr/local/bin:/usr/bin:/bin' - "$4"
`;

/** An image of what this machine has, Node, Redis, nginx and the npm packages: the base of all three of ours. */
export async function importBaseImage(host: ClientHost, tag: string, signal: AbortSignal): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'ark-base-'));
  try {
    await layPrograms(root, signal);
    mkdirSync(join(root, 'opt/packages'), { recursive: true });
    writeFileSync(join(root, 'opt/packages/production'), `${productionPackages().join('\n')}\n`);
    const packages = dirname(realpathSync(join(ROOT, 'node_modules')));
    const shell = ['bash', '-o', 'pipefail', '-c', IMPORT, 'import', root, packages, host.dockerSocket, tag];
    await run(shell, { signal, timeoutMs: 120_000 });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function layPrograms(root: string, signal: AbortSignal): Promise<void> {
  for (const dir of ['bin', 'etc', 'tmp', 'usr/bin', 'usr/local/bin', 'var/log/nginx']) {
    mkdirSync(join(root, dir), { recursive: true });
  }
  chmodSync(root, 0o755);
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  for (const applet of APPLETS) symlinkSync('busybox', join(root, 'bin', applet));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
  writeFileSync(join(root, 'usr/local/bin/npm'), NPM, { mode: 0o755 });
  const node = realpathSync(join(ROOT, 'node_modules/node/bin/node'));
  copyFileSync(node, join(root, 'usr/local/bin/node'));
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
  const found = await run(['bash', '-c', 'type -P "$@"', 'find', ...PROGRAMS], { signal, env });
  const programs = found.stdout.trim().split('\n');
  for (const path of programs) copyFileSync(path, join(root, 'usr/bin', basename(path)));
  for (const library of await librariesOf([node, ...programs], signal)) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    copyFileSync(library, join(root, library));
  }
}

/** Every library that the programs and the compiled packages load. */
async function librariesOf(programs: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
  const packages = realpathSync(join(ROOT, 'node_modules'));
  const compiled = await run(['find', packages, '-name', '*.node'], { signal });
  const { stdout } = await run(['ldd', ...programs, ...compiled.stdout.trim().split('\n')], { signal });
  return new Set([...stdout.matchAll(/(\/\S+\.so\S*) \(0x/g)].map(([, path]) => path ?? ''));
}

/** Paths of the packages that the program itself needs, of those that are installed; what lies in one comes with it. */
function productionPackages(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(
      ([path, { dev }]) =>
        path.lastIndexOf('node_modules/') === 0 && dev !== true && existsSync(join(ROOT, path)),
    )
    .map(([path]) => path);
}
