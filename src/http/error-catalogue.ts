import type { ErrorCode } from '../platform/errors.ts';
import { CALLBACK_ERRORS } from './callback-errors.ts';
import { EDGE_ERRORS } from './edge-errors.ts';
import { ORDER_ERRORS } from './order-errors.ts';
import { PROXY_ERRORS } from './proxy-errors.ts';

export interface ErrorEntry {
  readonly status: number;
  readonly title: string;
  /** What has happened, for docs/errors.md. */
  readonly meaning: string;
  /** What the reader can do about it. */
  readonly action: string;
}

/** The groups of docs/errors.md. */
export const ERROR_GROUPS = [
  { title: 'Every call', entries: EDGE_ERRORS },
  { title: 'Orders and lists', entries: ORDER_ERRORS },
  { title: 'Callbacks of jobs', entries: CALLBACK_ERRORS },
  { title: 'Links to instances', entries: PROXY_ERRORS },
] as const;

/** Status and words of every code; a code without an entry does not compile. */
export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, ErrorEntry>> = {
  ...EDGE_ERRORS,
  ...ORDER_ERRORS,
  ...CALLBACK_ERRORS,
  ...PROXY_ERRORS,
};
