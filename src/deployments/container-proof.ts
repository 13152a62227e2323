import type { InspectedContainer } from '../hosts/container-inspector.ts';
import type { Host } from '../hosts/host.ts';
import { AppError } from '../platform/errors.ts';
import { SEQ } from '../routing/route.ts';
import type { Endpoint } from '../products/product.ts';
import type { ReleaseId } from './deployment.ts';
import type { Instance } from './instance.ts';
import type { Release } from './release.ts';

export interface ContainerFacts {
  readonly container: InspectedContainer | undefined;
  readonly host: Host;
  readonly instance: Instance;
  /** The release that the container's label names, where we know it. */
  readonly release: Release | undefined;
  /** Name of the endpoint; the primary one when undefined. */
  readonly endpoint: string | undefined;
}

export interface ContainerProof {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly port: number;
  readonly seq: string;
  readonly releaseId: ReleaseId;
}

/**
 * What a link may lead to: a running container with the labels of this instance, of a release of it that we know, that
 * publishes the endpoint's port on the host's own address and within its range. Pure. Throws `target_not_proven`.
 */
export function proveContainer(facts: ContainerFacts): ContainerProof {
  const { container, host, instance, release } = facts;
  if (!container) throw notProven(`Host ${host.id} has no such container`);
  const { labels, running } = container;
  if (labels['ark.instance'] !== instance.id)
    throw notProven('Its label ark.instance names another instance, or none');
  if (!running) throw notProven('It does not run');
  const seq = labels['ark.seq'] ?? '';
  if (!SEQ.test(seq)) throw notProven('Its label ark.seq is no number: data services have no link');
  if (release?.instance_id !== instance.id)
    throw notProven('Its label ark.release names no release of this instance');
  const endpoint = endpointOf(release, facts.endpoint);
  const service = labels['com.docker.compose.service'];
  if (service !== endpoint.service)
    throw notProven(`It runs ${service ?? 'no service'}, not ${endpoint.service}`);
  return { id: container.id, endpoint, port: portOf(container, endpoint, host), seq, releaseId: release.id };
}

function endpointOf({ product }: Release, name: string | undefined): Endpoint {
  const endpoint = product.endpoints.find((each) => (name === undefined ? each.primary : each.name === name));
  if (!endpoint) throw notProven(`Its release has no endpoint ${name ?? ''}`);
  return endpoint;
}

/** Where the world reaches the endpoint: on the host's own address, never on all. */
function portOf({ published }: InspectedContainer, { port }: Endpoint, host: Host): number {
  const { address, port_min: min, port_max: max } = host;
  const found = published.find(
    (each) =>
      each.container_port === port &&
      each.host_ip === address &&
      each.host_port >= min &&
      each.host_port <= max,
  );
  if (!found)
    throw notProven(`It does not publish ${String(port)} on ${address} within the range of its host`);
  return found.host_port;
}

function notProven(detail: string): AppError {
  return new AppError('target_not_proven', detail);
}
