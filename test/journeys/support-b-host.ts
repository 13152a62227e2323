import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientHost } from '../../src/launcher/client-host.ts';
import { run } from '../../src/launcher/command.ts';

/**
 * All that a deployment could leave on a host: containers, networks, every file below /opt/ark with its size and
 * time, the fence of one instance, and what its SSH server logged. Equal texts: nobody touched it.
 */
export async function traceOf(host: ClientHost, instanceId: string): Promise<string> {
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
