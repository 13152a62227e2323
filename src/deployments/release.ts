import type { InputValue, Product } from '../products/product.ts';
import type { ReleaseId } from './deployment.ts';
import type { InstanceId } from './instance.ts';

/** What of a product a release freezes; the Compose texts are kept apart, by digest. */
export type ReleasedProduct = Omit<Product, 'compose' | 'data_compose' | 'inputs' | 'description'>;

/** The immutable snapshot that a deployment deploys; image ids are filled in once, when it goes live. */
export interface Release {
  readonly v: 1;
  readonly id: ReleaseId;
  readonly instance_id: InstanceId;
  readonly product: ReleasedProduct;
  readonly compose_digest: string;
  readonly data_compose_digest?: string;
  readonly inputs: readonly InputValue[];
  readonly created_at: number;
}

/** Compose texts by digest, as a release needs them. */
export type ComposeTexts = Readonly<Record<string, string>>;

/** The release of `product` with these inputs, and the Compose texts to store beside it. */
export function releaseOf(
  product: Product,
  inputs: readonly InputValue[],
  identity: Pick<Release, 'id' | 'instance_id' | 'created_at'>,
): { release: Release; texts: ComposeTexts } {
  const { compose, data_compose, inputs: _specs, description: _description, ...frozen } = product;
  const texts: Record<string, string> = { [compose.digest]: compose.text };
  if (data_compose) texts[data_compose.digest] = data_compose.text;
  const release: Release = {
    v: 1,
    ...identity,
    product: frozen,
    compose_digest: compose.digest,
    ...(data_compose && { data_compose_digest: data_compose.digest }),
    inputs,
  };
  return { release, texts };
}
