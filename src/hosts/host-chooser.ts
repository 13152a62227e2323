import { AppError } from '../platform/errors.ts';
import { chooseHost, type HostWish } from './host-choice.ts';
import type { Host, HostId, HostLoad, HostStore } from './host.ts';

export interface HostChooserOptions {
  readonly hosts: Pick<HostStore, 'list'>;
  /** What operators say about the product: see ProductSettings. */
  readonly productSettings: (
    productId: string,
  ) => Promise<{ readonly enabled: boolean; readonly default_host?: string }>;
  readonly loadOf: (id: HostId) => Promise<HostLoad>;
}

/** Picks the host of a new instance from what is stored now; see chooseHost. `conflict` for a product switched off. */
export function createHostChooser({
  hosts,
  productSettings,
  loadOf,
}: HostChooserOptions): (
  order: HostWish & { readonly product_id: string },
  visitor?: string,
) => Promise<Host> {
  return async (order, visitor) => {
    const [all, product] = await Promise.all([hosts.list(), productSettings(order.product_id)]);
    if (!product.enabled)
      throw new AppError('conflict', 'This product is switched off: it takes no new instances');
    const loads = await Promise.all(all.map(async ({ id }) => [id, await loadOf(id)] as const));
    return chooseHost(order, {
      hosts: all,
      defaultHost: product.default_host,
      visitor,
      load: new Map(loads),
    });
  };
}
