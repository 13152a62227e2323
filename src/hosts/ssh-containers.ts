import { AppError } from '../platform/errors.ts';
import type { Secret } from '../platform/secret.ts';
import type { ContainerInspector, InspectedContainer, PublishedPort } from './container-inspector.ts';
import { runOverSsh } from './ssh-shell.ts';

const CONTAINER_ID = /^[0-9a-f]{12,64}$/;

/** ContainerInspector with `docker inspect` over SSH. Without a key nothing can be asked. */
export function sshContainers(privateKey: Secret | undefined): ContainerInspector {
  return {
    inspect: async (host, containerId, signal) => {
      if (privateKey === undefined) {
        throw new AppError(
          'conflict',
          'This coordinator has no key to look into hosts with: set ARK_SSH_KEY',
        );
      }
      if (!CONTAINER_ID.test(containerId)) return undefined;
      const docker = host.sudo ? 'sudo -n docker' : 'docker';
      const command = `${docker} inspect --type container ${containerId}`;
      const { code, stdout, stderr } = await runOverSsh(host, command, { privateKey, signal });
      if (code === 0) return readInspection(stdout);
      if (/no such container/i.test(stderr)) return undefined;
      throw new AppError('host_unreachable', `The Docker engine of ${host.id} does not answer`, {
        cause: new Error(stderr.slice(0, 500)),
      });
    },
  };
}

/** What `docker inspect` prints of one container; undefined when it cannot be understood. */
export function readInspection(text: string): InspectedContainer | undefined {
  const [found] = toList(parse(text)).map(toRecord);
  if (found === undefined || typeof found['Id'] !== 'string') return undefined;
  const ports = toRecord(toRecord(found['NetworkSettings'])['Ports']);
  return {
    id: found['Id'],
    running: toRecord(found['State'])['Running'] === true,
    labels: textsOf(toRecord(toRecord(found['Config'])['Labels'])),
    published: Object.entries(ports).flatMap(([name, bindings]) => publishedOf(name, bindings)),
  };
}

function publishedOf(name: string, bindings: unknown): PublishedPort[] {
  const inside = /^(\d+)\/tcp$/.exec(name)?.[1];
  if (inside === undefined) return [];
  return toList(bindings)
    .map(toRecord)
    .map(({ HostIp, HostPort }) => ({
      container_port: Number(inside),
      host_ip: String(HostIp),
      host_port: Number(HostPort),
    }));
}

function textsOf(record: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, String(value)]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
