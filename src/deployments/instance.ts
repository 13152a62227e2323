import { randomBytes } from 'node:crypto';
import type { HostId } from '../hosts/host.ts';
import type { Environment } from '../products/environment.ts';
import type { ProductId } from '../products/product.ts';
import type { Brand } from '../platform/brand.ts';
import type { DeploymentId, ReleaseId } from './deployment.ts';

export type InstanceId = Brand<string, 'InstanceId'>;

export type Desired = 'present' | 'stopped' | 'absent';

export interface Health {
  readonly state: 'unknown' | 'healthy' | 'degraded' | 'unreachable' | 'missing';
  readonly at: number;
  readonly source: string;
}

/** The stable public identity. Empty text stands for "none", as in the Redis hash that keeps it. */
export interface Instance {
  readonly id: InstanceId;
  readonly product_id: ProductId;
  readonly client_name: string;
  readonly environment: Environment;
  readonly host_id: HostId;
  readonly desired: Desired;
  readonly desired_release: ReleaseId | '';
  /** Moved only by *decide*. */
  readonly live_release: ReleaseId | '';
  readonly live_deployment: DeploymentId | '';
  readonly live_seq: string;
  /** Routes that lead here: `<id>` for the primary endpoint, `<id>--<name>` for further ones. */
  readonly live_endpoints: readonly string[];
  /** The deployment that holds this instance: at most one. */
  readonly active: DeploymentId | '';
  /** The next one: at most one, a newer order replaces it. */
  readonly waiting: DeploymentId | '';
  readonly last_deployment: DeploymentId | '';
  readonly last_seq: string;
  readonly health?: Health;
  readonly created_at: number;
  readonly created_by: string;
  readonly expires_at?: number;
  readonly deleted_at?: number;
}

const SLUG_LENGTH = 29;
const INSTANCE_ID = /^(?!.*--)[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?$/;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** `<client-slug>-<10 characters of base32>`: a DNS label, 40 characters at most, without `--`. */
export function newInstanceId(clientName: string): InstanceId {
  const suffix = Array.from(randomBytes(10), (byte) => BASE32.charAt(byte & 31)).join('');
  return `${slugOf(clientName) || 'client'}-${suffix}` as InstanceId;
}

function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_LENGTH)
    .replace(/^-+|-+$/g, '');
}

export function isInstanceId(text: string): text is InstanceId {
  return INSTANCE_ID.test(text);
}

/** The Compose project of one release of an instance, also the owner of its ports. */
export function projectOf(id: InstanceId, seq: string): string {
  return `${id}-${seq}`;
}

/** The project of the stateful services, which outlives releases. */
export function dataProjectOf(id: InstanceId): string {
  return `${id}-data`;
}

/** Where the world finds an endpoint: the instance itself for the primary one. */
export function endpointIdOf(id: InstanceId, endpoint: { name: string; primary: boolean }): string {
  return endpoint.primary ? id : `${id}--${endpoint.name}`;
}
