import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';

/** The login that Ansible and the coordinator use on a client host. */
export const HOST_USER = 'ark';
const HOST_UID = 4242;

export interface HostFilesOptions {
  readonly name: string;
  readonly address: string;
  readonly gateway: string;
  /** Public key line that may log in. */
  readonly authorizedKey: string;
  /** Registries that the engine may use without TLS, `host:port`. */
  readonly insecureRegistries: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Lays the files of a client host below `dir`: accounts, sshd and engine configuration, home and /opt/ark. What is
 * there from an earlier run (host key, containers, homes) stays. Returns the host's public key, `type base64`.
 */
export async function layHostFiles(dir: string, options: HostFilesOptions): Promise<string> {
  layFolders(dir);
  layAccounts(dir);
  layHome(dir);
  const etc = join(dir, 'etc');
  writeFileSync(join(etc, 'authorized_keys'), `${options.authorizedKey.trim()}\n`);
  writeFileSync(join(etc, 'hosts'), `127.0.0.1 localhost\n${options.address} ${options.name}\n`);
  writeFileSync(join(etc, 'resolv.conf'), `nameserver ${options.gateway}\n`);
  writeFileSync(join(etc, 'sshd_config'), sshdConfig(options.address));
  writeFileSync(join(etc, 'daemon.json'), engineConfig(options));
  const hostKeyPath = join(etc, 'ssh_host_ed25519_key');
  if (!existsSync(hostKeyPath)) {
    const argv = ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', options.name, '-f', hostKeyPath];
    await run(argv, { signal: options.signal });
  }
  return readFileSync(`${hostKeyPath}.pub`, 'utf8').split(' ').slice(0, 2).join(' ').trim();
}

function layFolders(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  rmSync(join(dir, 'run'), { recursive: true, force: true }); // a reboot empties /run
  rmSync(join(dir, 'init.pid'), { force: true });
  for (const name of ['etc', 'home', 'opt', 'run', 'run/sshd', 'tmp', 'docker']) {
    mkdirSync(join(dir, name), { recursive: true, mode: 0o755 });
  }
  chmodSync(join(dir, 'tmp'), 0o1777);
}

/** The machine's accounts with `ark` added, in group docker; the machine's own files stay untouched. */
function layAccounts(dir: string): void {
  const id = String(HOST_UID);
  const lines = (name: string): string[] =>
    readFileSync(`/etc/${name}`, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(`${HOST_USER}:`));
  const write = (name: string, content: string[], mode: number): void =>
    writeFileSync(join(dir, 'etc', name), `${content.join('\n')}\n`, { mode });
  const dockerGroup = (line: string): string =>
    line.startsWith('docker:')
      ? line.replace(/:([^:]*)$/, (_, users: string) => `:${users ? `${users},` : ''}${HOST_USER}`)
      : line;
  write('passwd', [...lines('passwd'), `${HOST_USER}:x:${id}:${id}::/home/${HOST_USER}:/bin/bash`], 0o644);
  write('group', [...lines('group').map(dockerGroup), `${HOST_USER}:x:${id}:`], 0o644);
  write('shadow', [...lines('shadow'), `${HOST_USER}:*:19000:0:99999:7:::`], 0o600);
}

function layHome(dir: string): void {
  const home = join(dir, 'home', HOST_USER);
  const plugins = join(home, '.docker', 'cli-plugins');
  const owned = [home, join(home, '.docker'), plugins, join(dir, 'opt', 'ark')];
  for (const folder of owned) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chownSync(folder, HOST_UID, HOST_UID);
  }
  chmodSync(join(dir, 'opt', 'ark'), 0o700);
  // a Compose v2 that only root has must be seen by this user too
  const rootPlugin = join(process.env['HOME'] ?? '/root', '.docker/cli-plugins/docker-compose');
  const plugin = join(plugins, 'docker-compose');
  if (!existsSync(rootPlugin)) return;
  if (statSync(plugin, { throwIfNoEntry: false })?.size !== statSync(rootPlugin).size)
    copyFileSync(rootPlugin, plugin);
  chmodSync(plugin, 0o755);
}

function sshdConfig(address: string): string {
  return [
    `ListenAddress ${address}:22`,
    'HostKey /mnt/etc/ssh_host_ed25519_key',
    'PidFile /run/sshd.pid',
    'AuthorizedKeysFile /mnt/etc/authorized_keys',
    'StrictModes no', // the keys lie in a folder of the project
    'UsePAM no',
    'UseDNS no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin no',
    `AllowUsers ${HOST_USER}`,
    'MaxStartups 100',
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n');
}

function engineConfig({ gateway, insecureRegistries }: HostFilesOptions): string {
  const config = {
    // without it all engines of one machine share an identity
    'deprecated-key-path': '/mnt/etc/docker-key.json',
    // an engine without a name server falls back to public ones, and every failed look-up takes 10 s
    dns: [gateway],
    'insecure-registries': insecureRegistries,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
