import { createHash } from 'node:crypto';
import type { ClaimAnswer, ClaimedRelease } from '../../src/deployments/callback-messages.ts';
import type { ClientHost } from '../../src/launcher/client-host.ts';

export const IMAGE = 'ark/test-web:1';
export const COMPOSE = {
  services: {
    web: {
      image: IMAGE,
      mem_limit: '64m',
      expose: ['8080'],
      stop_grace_period: '2s',
    },
  },
};

export interface ClaimParts {
  readonly host: ClientHost;
  readonly instanceId: string;
  readonly seq: number;
  readonly keep?: readonly string[];
  readonly ports?: readonly number[];
  readonly release?: Partial<ClaimedRelease>;
  readonly compose?: unknown;
  readonly dataCompose?: unknown;
  readonly over?: Record<string, unknown>;
}

/** A granted claim as the coordinator answers it. */
export function aClaim(parts: ClaimParts): ClaimAnswer {
  const { host, instanceId, seq } = parts;
  const [type = '', key = ''] = host.hostKey.split(' ');
  return {
    lease: `lease-of-${instanceId}-${String(seq)}`,
    seq: String(seq),
    deadline: new Date(Date.now() + 120_000).toISOString(),
    action: 'deploy',
    instance_id: instanceId,
    deployment_id: `d-${instanceId}`,
    keep: [...(parts.keep ?? []), `${instanceId}-data`],
    host: { address: host.address, port: 22, user: host.user, host_key: `${type} ${key}`, sudo: false },
    project: `${instanceId}-${String(seq)}`,
    release: aRelease(parts),
    endpoints: [
      { name: 'web', service: 'web', port: 8080, primary: true, candidates: [...(parts.ports ?? [20001, 20002, 20003])] },
    ],
    health: { path: '/', timeout_s: 20 },
    strategy: 'swap',
    drain_s: 1,
    ...parts.over,
  } as unknown as ClaimAnswer;
}

function aRelease(parts: ClaimParts): ClaimedRelease {
  const compose = canonical(parts.compose ?? COMPOSE);
  const data = parts.dataCompose === undefined ? undefined : canonical(parts.dataCompose);
  return {
    id: `r-${String(parts.seq)}`,
    product_id: 'test',
    product_version: '1.0.0',
    compose: compose.text,
    compose_digest: compose.digest,
    ...(data && { data_compose: data.text, data_compose_digest: data.digest }),
    inputs: [],
    secrets: [],
    singletons: [],
    ...parts.release,
  };
}

export function canonical(document: unknown): { text: string; digest: string } {
  const text = JSON.stringify(document);
  return { text, digest: `sha256:${createHash('sha256').update(text).digest('hex')}` };
}
