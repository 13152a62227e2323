import type { ErrorEntry } from './error-catalogue.ts';
import type { ErrorCode } from '../platform/errors.ts';

/** What orders and questions about products, hosts, instances and deployments are answered. */
export const ORDER_ERRORS = {
  instance_not_found: {
    status: 404,
    title: 'No such instance',
    meaning: 'There is no instance with this id.',
    action: 'Check the id in the list of instances.',
  },
  deployment_not_found: {
    status: 404,
    title: 'No such deployment',
    meaning: 'There is no deployment with this id, or it is too old to be kept.',
    action: 'Check the id in the list of deployments.',
  },
  product_not_found: {
    status: 404,
    title: 'No such product',
    meaning: 'There is no product with this id or version.',
    action: 'Choose one from the list of products.',
  },
  host_not_found: {
    status: 404,
    title: 'No such host',
    meaning: 'There is no registered host with this id or address.',
    action: 'Choose one from the list of hosts, or have an administrator register it.',
  },
  host_required: {
    status: 422,
    title: 'Host not clear',
    meaning:
      'No host is registered, all are cordoned, or the open ones are other clients’; `choices` lists the open ones.',
    action: 'Send the order again with `host_id`, or have an operator uncordon or register a host.',
  },
  conflict: {
    status: 409,
    title: 'Conflict',
    meaning: 'The order does not fit the present state.',
    action: 'Read the state again, then decide.',
  },
  precondition_failed: {
    status: 412,
    title: 'Changed meanwhile',
    meaning: 'The record is not the one that If-Match names: somebody changed it since it was read.',
    action: 'Read it again, look at what changed, then repeat with its new ETag.',
  },
  already_live: {
    status: 409,
    title: 'Already live',
    meaning: 'The deployment cannot be cancelled: its release already serves.',
    action: 'Deploy another release.',
  },
  already_removing: {
    status: 409,
    title: 'Already removing',
    meaning: 'The removal cannot be cancelled: it has begun, and the link leads nowhere any more.',
    action: 'Let it end; delete again if it fails.',
  },
  already_ended: {
    status: 409,
    title: 'Already ended',
    meaning: 'The deployment is over; nothing can be changed about it.',
    action: 'Give a new order.',
  },
  instance_deleted: {
    status: 410,
    title: 'Instance deleted',
    meaning: 'The instance is deleted, or is being deleted.',
    action: 'Create a new instance.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key reused',
    meaning: 'The same Idempotency-Key came before with another body.',
    action: 'Use a new key for a new order.',
  },
  product_invalid: {
    status: 422,
    title: 'Product invalid',
    meaning: 'The product folder breaks the rules; `errors` says where.',
    action: 'Correct product.yaml or its Compose files.',
  },
  host_key_mismatch: {
    status: 409,
    title: 'Host key differs',
    meaning: 'The host shows another key than the one that was confirmed.',
    action: 'Find out why. If the host was set up anew, an administrator confirms the new key.',
  },
  target_not_proven: {
    status: 409,
    title: 'Target not proven',
    meaning:
      'The container is not one that a link of this instance may lead to; `detail` says what speaks against it.',
    action: 'Look on the host: `docker ps --filter label=ark.instance=<id>`, and take one that runs.',
  },
  callback_key_not_found: {
    status: 404,
    title: 'No such callback key',
    meaning: 'No key of ARK_CALLBACK_KEYS has this id.',
    action: 'Choose one from the list of keys (`npm run ark -- keys`).',
  },
  host_unreachable: {
    status: 502,
    title: 'Host unreachable',
    meaning: 'The host does not answer over SSH.',
    action: 'Check that it runs, its address, and the private network.',
  },
} satisfies Partial<Record<ErrorCode, ErrorEntry>>;
