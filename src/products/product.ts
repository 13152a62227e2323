import type { Brand } from '../platform/brand.ts';

export type ProductId = Brand<string, 'ProductId'>;

const PRODUCT_ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

export type Strategy = 'recreate' | 'swap';

export interface Endpoint {
  readonly name: string;
  readonly service: string;
  /** The port inside the container. */
  readonly port: number;
  readonly primary: boolean;
}

export interface InputSpec {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly title?: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly max_length: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly string[];
  readonly default?: string | number | boolean;
  /** Name of the environment variable that carries it into the containers. */
  readonly env: string;
  /** Release services that get it; all of them when absent. */
  readonly services?: readonly string[];
}

export interface SecretSpec {
  /** Environment variable; made on the host, once per instance, never leaves it. */
  readonly name: string;
  readonly length: number;
}

/** Canonical Compose: JSON text with sorted keys, and the digest of exactly these bytes. */
export interface CanonicalCompose {
  readonly text: string;
  /** `sha256:<hex>` */
  readonly digest: string;
}

/** One version of what may be deployed: product.yaml and its Compose files, checked and canonical. */
export interface Product {
  readonly id: ProductId;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly endpoints: readonly Endpoint[];
  readonly health: { readonly path: string; readonly timeout_s: number };
  readonly strategy: Strategy;
  readonly deadline_s: number;
  readonly drain_s: number;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly secrets: readonly SecretSpec[];
  readonly singletons: readonly string[];
  readonly migrate?: { readonly service: string; readonly backward_compatible: boolean };
  /** Environment variable that receives the public base path. */
  readonly base_path_env?: string;
  readonly permissions: readonly string[];
  readonly compose: CanonicalCompose;
  readonly data_compose?: CanonicalCompose;
  /** `sha256:<hex>` over everything above: two folders with the same digest are the same version. */
  readonly digest: string;
}

/** An input as it travels to the host: never an Ansible variable, never interpolated. */
export interface InputValue {
  readonly env: string;
  readonly value: string;
  readonly secret: boolean;
  readonly services?: readonly string[];
}

export function isProductId(text: string): text is ProductId {
  return PRODUCT_ID.test(text);
}
