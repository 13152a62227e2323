import type { Host } from '../hosts/host.ts';
import { AppError } from '../platform/errors.ts';
import type { ReadyMessage } from './callback-messages.ts';
import type { Deployment } from './deployment.ts';
import { projectOf } from './instance.ts';

/**
 * A target is believed only where the claim offered it: the host of the deployment, one of the offered ports
 * for each endpoint, our project. Throws `target_not_offered`; a stolen key alone leads nowhere else.
 */
export function requireOffered(message: ReadyMessage, deployment: Deployment, host: Host | undefined): void {
  const offered = deployment.ports ?? {};
  const reported = Object.entries(message.endpoints);
  const fits =
    message.target_host === host?.address &&
    message.project === projectOf(deployment.instance_id, deployment.seq) &&
    reported.length === Object.keys(offered).length &&
    reported.every(([name, { port }]) => offered[name]?.includes(port) === true) &&
    reported.some(([, endpoint]) => isPrimary(message, endpoint));
  if (!fits) {
    throw new AppError('target_not_offered', 'The claim did not offer this host, port or project');
  }
}

/** Offered ports that the host script did not take: free again at once, nothing was bound there. */
export function unusedPorts(message: ReadyMessage, deployment: Deployment): number[] {
  const used = new Set(Object.values(message.endpoints).map(({ port }) => port));
  return Object.values(deployment.ports ?? {})
    .flat()
    .filter((port) => !used.has(port));
}

function isPrimary(
  message: ReadyMessage,
  endpoint: { readonly port: number; readonly container_name: string; readonly container_id: string },
): boolean {
  return (
    endpoint.port === message.target_port &&
    endpoint.container_name === message.container_name &&
    endpoint.container_id === message.container_id
  );
}
