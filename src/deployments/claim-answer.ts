import type { Host } from '../hosts/host.ts';
import { iso } from '../platform/moment.ts';
import type { ClaimAnswer, ClaimedRelease } from './callback-messages.ts';
import type { Deployment } from './deployment.ts';
import { dataProjectOf, projectOf, type Instance } from './instance.ts';
import type { ComposeTexts, Release } from './release.ts';

export interface ClaimSubject {
  readonly deployment: Deployment;
  readonly instance: Instance;
  readonly host: Host;
  readonly lease: string;
  /** Absent for a destroy. */
  readonly stored?: { readonly release: Release; readonly texts: ComposeTexts } | undefined;
}

/** What a granted claim hands to the job. Pure: the same claim gets the same answer. */
export function toClaimAnswer({ deployment, instance, host, lease, stored }: ClaimSubject): ClaimAnswer {
  return {
    lease,
    seq: deployment.seq,
    deadline: iso(deployment.deadline_at),
    action: deployment.kind,
    instance_id: instance.id,
    deployment_id: deployment.id,
    keep: keptProjects(deployment, instance),
    host: {
      address: host.address,
      port: host.ssh_port,
      user: host.ssh_user,
      host_key: host.host_key,
      sudo: host.sudo,
    },
    project: projectOf(instance.id, deployment.seq),
    endpoints: [],
    ...(stored && releasePart(deployment, instance, stored)),
  };
}

/** The live project is never in a remove list: what is not kept and not our own, the host script removes. */
function keptProjects(deployment: Deployment, instance: Instance): string[] {
  const data = dataProjectOf(instance.id);
  if (deployment.kind === 'destroy') return deployment.keep_data ? [data] : [];
  return instance.live_seq === '' ? [data] : [projectOf(instance.id, instance.live_seq), data];
}

function releasePart(
  deployment: Deployment,
  instance: Instance,
  { release, texts }: { release: Release; texts: ComposeTexts },
): Partial<ClaimAnswer> {
  const { product } = release;
  return {
    release: toClaimedRelease(instance, release, texts),
    endpoints: product.endpoints.map((endpoint) => ({
      ...endpoint,
      candidates: deployment.ports?.[endpoint.name] ?? [],
    })),
    health: product.health,
    strategy: product.strategy,
    drain_s: product.drain_s,
  };
}

function toClaimedRelease(instance: Instance, release: Release, texts: ComposeTexts): ClaimedRelease {
  const { product } = release;
  const basePath = product.base_path_env
    ? [{ env: product.base_path_env, value: `/instances/${instance.id}/`, secret: false }]
    : [];
  return {
    id: release.id,
    product_id: product.id,
    product_version: product.version,
    compose: texts[release.compose_digest] ?? '',
    compose_digest: release.compose_digest,
    ...(release.data_compose_digest !== undefined && {
      data_compose: texts[release.data_compose_digest] ?? '',
      data_compose_digest: release.data_compose_digest,
    }),
    inputs: [...release.inputs, ...basePath],
    secrets: product.secrets,
    singletons: product.singletons,
    ...(product.migrate && { migrate: product.migrate }),
  };
}
