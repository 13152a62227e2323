import type { HostId } from '../hosts/host.ts';
import type { Product } from '../products/product.ts';
import { newInstanceId, type Instance } from './instance.ts';
import type { CreateOrder } from './orders.ts';

export interface InstanceSeed {
  readonly order: CreateOrder;
  readonly product: Product;
  readonly hostId: HostId;
  readonly by: string;
  readonly now: number;
}

/** An instance as it begins: nothing is live, nothing holds it. */
export function newInstance({ order, product, hostId, by, now }: InstanceSeed): Instance {
  return {
    id: newInstanceId(order.client_name),
    product_id: product.id,
    client_name: order.client_name,
    environment: order.environment,
    host_id: hostId,
    desired: 'present',
    desired_release: '',
    live_release: '',
    live_deployment: '',
    live_seq: '',
    live_endpoints: [],
    active: '',
    waiting: '',
    last_deployment: '',
    last_seq: '',
    created_at: now,
    created_by: by,
    ...(order.expires_at !== undefined && { expires_at: order.expires_at }),
  };
}
