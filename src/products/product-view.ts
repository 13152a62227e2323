import type { Product } from './product.ts';
import type { ProductSettings } from './product-settings.ts';

/** A product as people and the pages see it, with what operators say of it: no Compose text, no names of secrets. */
export interface ProductView
  extends
    Pick<Product, 'name' | 'description' | 'version' | 'inputs' | 'strategy' | 'endpoints' | 'digest'>,
    ProductSettings {
  readonly product_id: string;
}

export function toProductView(product: Product, settings: ProductSettings): ProductView {
  const { id, name, description, version, inputs, strategy, endpoints, digest } = product;
  return { product_id: id, name, description, version, inputs, strategy, endpoints, digest, ...settings };
}
