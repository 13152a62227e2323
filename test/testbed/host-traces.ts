import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientHost } from '../../src/launcher/client-host.ts';
import { run } from '../../src/launcher/command.ts';

export interface InspectedContainer {
  readonly Id: string;
  readonly Name: string;
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
  readonly State: { readonly Running: boolean };
  readonly HostConfig: { readonly RestartPolicy: { readonly Name: string } };
  readonly NetworkSettings: {
    readonly Ports: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>
    >;
  };
}

/** Everything that an instance has on a host. */
export interface Traces {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** Below /opt/ark, without the fence. */
  readonly files: readonly string[];
}

export const NO_TRACES: Traces = { containers: [], networks: [], volumes: [], files: [] };

/** All containers of an instance, found by label. */
export async function containersOf(host: ClientHost, instanceId: string): Promise<InspectedContainer[]> {
  const ids = await host.docker(['ps', '-aq', '--no-trunc', '--filter', `label=ark.instance=${instanceId}`]);
  if (ids === '') return [];
  return JSON.parse(await host.docker(['container', 'inspect', ...ids.split('\n')])) as InspectedContainer[];
}

/** By name, not by label: what lost its label would be left behind as well. */
export async function tracesOf(host: ClientHost, instanceId: string): Promise<Traces> {
  const list = async (...args: string[]): Promise<string[]> =>
    (await host.docker(args)).split('\n').filter((line) => line.includes(instanceId));
  const found = await host.exec([
    'find',
    '/opt/ark',
    '-path',
    `*${instanceId}*`,
    '-not',
    '-path',
    '*/fence/*',
  ]);
  return {
    containers: await list('ps', '-a', '--format', '{{.Names}} {{.Labels}}'),
    networks: await list('network', 'ls', '--format', '{{.Name}} {{.Labels}}'),
    volumes: await list('volume', 'ls', '--format', '{{.Name}} {{.Labels}}'),
    files: found.stdout.split('\n').filter((line) => line !== ''),
  };
}

/** Names of the release folders on the host. */
export async function releaseFolders(host: ClientHost, instanceId: string): Promise<string[]> {
  const { stdout } = await host.exec(['ls', `/opt/ark/instances/${instanceId}/releases`]);
  return stdout.split('\n').filter((line) => line !== '');
}

/** `<mode> <owner> <path>` of everything below a folder, the folder itself included. */
export async function modesBelow(host: ClientHost, folder: string): Promise<string[]> {
  const { stdout } = await host.exec(['find', folder, '-printf', '%m %u %y %p\\n']);
  return stdout.split('\n').filter((line) => line !== '');
}

/**
 * All that a deployment could leave on a host: containers, networks, every file below /opt/ark with its size and
 * time, the fence of one instance, and what its SSH server logged. Equal texts: nobody touched it.
 */
export async function fingerprintOf(host: ClientHost, instanceId: string): Promise<string> {
  const parts = await Promise.all([
    host.docker(['ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.Names}} {{.State}}']),
    host.docker(['network', 'ls', '--no-trunc', '--format', '{{.ID}} {{.Name}}']),
    host.exec(['find', '/opt/ark', '-printf', '%p %s %T@\n']).then(({ stdout }) => stdout),
    host.exec(['cat', `/opt/ark/fence/${instanceId}`]).then(({ stdout }) => stdout),
  ]);
  return [...parts, sshLog(host)].join('\n--\n');
}

/** Lines of whoever came in, without those who only look whether the port is open. */
function sshLog({ dir }: ClientHost): string {
  const lines = readFileSync(join(dir, 'sshd.log'), 'utf8').split('\n');
  return lines.filter((line) => /Accepted|session|Starting/.test(line)).join('\n');
}

/** The running release projects of an instance on a host, its data aside. */
export async function projectsOf(host: ClientHost, instanceId: string): Promise<readonly string[]> {
  const label = '{{.Label "com.docker.compose.project"}}';
  const text = await host.docker(['ps', '--filter', `label=ark.instance=${instanceId}`, '--format', label]);
  return [...new Set(text.split('\n').filter(Boolean))];
}

/** Gives the host's engine the image of `hello` under another name. */
export async function tagHello(host: ClientHost, tag: string): Promise<void> {
  await run(['docker', '-H', `unix://${host.dockerSocket}`, 'tag', 'ark/hello:1', tag]);
}
