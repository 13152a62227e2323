import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from '../faults.ts';
import type { JobServer } from '../job-server.ts';
import type { Permission, User, UserStore } from '../store/user-store.ts';
import type { Session, Sessions } from './sessions.ts';

/** What every request needs to know about this server. */
export interface Site {
  readonly server: JobServer;
  readonly users: UserStore;
  readonly sessions: Sessions;
  readonly faults: Faults;
  /** Ends with a slash. */
  readonly rootUrl: string;
  /** Empty, or the path of the root URL without its last slash. */
  readonly contextPath: string;
  /** X-Jenkins-Session: another one after each start. */
  readonly bootId: string;
  readonly executors: number;
  readonly quietPeriodMs: number;
}

/** One request with what was found out about it, and its answer. */
export interface Exchange {
  readonly site: Site;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** Below the context path, as sent. */
  readonly path: string;
  /** Decoded, without empty ones. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** Fields of the body; Jenkins reads query and body as one. */
  form: URLSearchParams;
  user: User | undefined;
  /** Signed in by an API token: no crumb needed. */
  isToken: boolean;
  session: Session | undefined;
}

/** A field of the body, else of the query. */
export function field(exchange: Exchange, name: string): string | undefined {
  return exchange.form.get(name) ?? exchange.query.get(name) ?? undefined;
}

export function may(exchange: Exchange, permission: Permission): boolean {
  return exchange.user?.permissions.includes(permission) ?? false;
}

/** The way up from the present page to the root of this server: `../../`. Right below any prefix. */
export function baseOf({ path }: Exchange): string {
  const depth = path.split('/').length - 2;
  return depth === 0 ? './' : '../'.repeat(depth);
}

/** Path and query below the context path. */
export function pathAndQuery({ path, query }: Exchange): string {
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

/** Sent by a form of our own pages: its answers may use relative links, so that they work below any prefix. */
export function isOwnForm({ form }: Exchange): boolean {
  return form.get('ark_form') === '1';
}

/** Whom Jenkins writes into causes. */
export function userId(exchange: Exchange): string {
  return exchange.user?.id ?? 'anonymous';
}

/** Scheme and authority as the caller sees them: Jenkins takes them from the request (observed). */
export function requestOrigin({ request }: Exchange): string {
  const first = (name: string): string | undefined => request.headers[name]?.toString().split(',')[0]?.trim();
  const host = first('x-forwarded-host') ?? request.headers.host ?? 'localhost';
  return `${first('x-forwarded-proto') ?? 'http'}://${host}`;
}
