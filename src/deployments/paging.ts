import { invalidFields } from '../http/validate.ts';
import type { Page, PageQuery, Place } from './deployment-store.ts';
import type { PageParameters } from './order-schemas.ts';

/** A cursor names the last row that was seen; it is opaque to callers. Throws `validation_failed`. */
export function parsePageQuery({ limit, cursor }: PageParameters): PageQuery {
  if (cursor === undefined) return { limit };
  const [, score, id] = /^(\d{1,16}):([a-z0-9][a-z0-9_-]{0,62})$/.exec(textOf(cursor)) ?? [];
  if (id === undefined) throw invalidFields([{ field: 'cursor', message: 'cursor is not one of ours' }]);
  return { after: { score: Number(score), id }, limit };
}

function textOf(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString('utf8');
}

function cursorOf({ score, id }: Place): string {
  return Buffer.from(`${String(score)}:${id}`).toString('base64url');
}

/** `{total, <name>: […], next_cursor?}` */
export function toPageAnswer(
  name: string,
  page: Page<unknown>,
  items: readonly unknown[],
): Record<string, unknown> {
  return {
    total: page.total,
    [name]: items,
    ...(page.next !== undefined && { next_cursor: cursorOf(page.next) }),
  };
}
