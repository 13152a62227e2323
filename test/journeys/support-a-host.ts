import type { ClientHost } from '../../src/launcher/client-host.ts';

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
