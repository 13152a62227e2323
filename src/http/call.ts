import { Router, type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import Joi from 'joi';
import type { ErrorCode } from '../platform/errors.ts';
import { requireRight, requireUser } from './authentication.ts';
import { doAsAct } from './record-acts.ts';
import type { Right } from './rights.ts';
import { validate } from './validate.ts';
import { takingWhy } from './why.ts';

/** What a call answers with one status. */
export interface CallAnswer {
  readonly description: string;
  /** Of the JSON body; without it there is no body, or one of `type`. */
  readonly schema?: Joi.Schema;
  /** Of a body that is not JSON: `text/plain`; several when the caller may choose. */
  readonly type?: string | readonly string[];
  /** Headers beside the usual ones, with what they say. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What anybody needs to know of a call: read by express, by /openapi.json and by the tests that walk all calls. */
export interface CallFacts {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In full, as express has it: `/api/instances/:id`. */
  readonly path: string;
  /** Who may: whoever has this right, anybody who is signed in, anybody at all, or a job by its signature. */
  readonly right: Right | 'any_user' | 'anybody' | 'signature';
  /** Its name in the record of acts, `instances.create`; every changing call of somebody who is known has one. */
  readonly act?: string;
  /** One line, in the words of who calls: "Order a new instance". */
  readonly summary: string;
  /** What one line cannot say. */
  readonly description?: string;
  /** Of each `:name` in the path. A value that does not fit names nothing: 404, not 400. */
  readonly params?: Readonly<Record<string, Joi.Schema>>;
  /** Parameters after the question mark; others are refused. */
  readonly query?: Joi.ObjectSchema;
  /** The JSON body; it may be left out when `{}` would do. */
  readonly body?: Joi.ObjectSchema;
  /** A body that is taken as it stands; without it the `example` of the schema is shown. */
  readonly example?: unknown;
  /** Request headers that mean something here, and what form they have. */
  readonly headers?: Readonly<Record<string, Joi.Schema>>;
  readonly answers: Readonly<Record<number, CallAnswer>>;
  /** Codes beside those that `usualErrors` adds to every call of its kind. */
  readonly errors?: readonly ErrorCode[];
}

/** A declared call with the functions that answer it. */
export interface Call extends CallFacts {
  /** An error handler sees what the others before it throw. */
  readonly handlers: readonly (RequestHandler | ErrorRequestHandler)[];
}

/** One request, checked. */
export interface CallInput<Query, Body> {
  readonly query: Query;
  readonly body: Body;
  readonly request: Request;
  readonly response: Response;
}

export interface CallSpec<Query, Body> extends CallFacts {
  readonly right: Exclude<CallFacts['right'], 'signature'>;
  readonly query?: Joi.ObjectSchema<Query>;
  readonly body?: Joi.ObjectSchema<Body>;
  /** Runs once right, query and body are good. */
  readonly handle: (input: CallInput<Query, Body>) => Promise<void> | void;
}

type Nothing = Readonly<Record<string, never>>;

const NOTHING = Joi.object<Nothing>({});

/**
 * Declares a call: its right and schemas are checked before `handle` sees the request. A changing one is recorded as an
 * act, and takes `why` for it: in the body, or in the query of a DELETE. Throws for one that does not name its act.
 */
export function call<Query = Nothing, Body = Nothing>({ handle, ...told }: CallSpec<Query, Body>): Call {
  const facts = withWhy(told);
  const { right, headers = {} } = facts;
  const { query = NOTHING as Joi.ObjectSchema<Query>, body = NOTHING as Joi.ObjectSchema<Body> } = facts;
  const [head, isOptional] = [Joi.object(headers), mayBeLeftOut(body)];
  const checked = async (request: Request, response: Response): Promise<void> => {
    validate(head, headersOf(request, Object.keys(headers)));
    await handle({
      query: validate(query, request.query, { convert: true }),
      body: validate(body, request.body === undefined && isOptional ? {} : request.body),
      request,
      response,
    });
  };
  return { ...facts, handlers: [...gateOf(right), recorded(facts, checked)] };
}

/** Throws for a change that has no name in the record of acts. */
function recorded(
  { act, method, path, right }: Omit<CallFacts, 'answers' | 'summary'>,
  work: (request: Request, response: Response) => Promise<void>,
): RequestHandler {
  if (act !== undefined)
    return (request, response) => doAsAct({ act, path }, request, () => work(request, response));
  if (method !== 'get' && right !== 'anybody')
    throw new Error(`${method} ${path} changes something: name its act`);
  return work;
}

type Facts<Query, Body> = Omit<CallSpec<Query, Body>, 'handle'>;

function withWhy<Query, Body>(facts: Facts<Query, Body>): Facts<Query, Body> {
  if (facts.method === 'get') return facts;
  if (facts.method === 'delete') return { ...facts, query: takingWhy(facts.query) };
  return { ...facts, body: takingWhy(facts.body) };
}

/** Those of these headers that the request has. */
function headersOf(request: Request, names: readonly string[]): Record<string, string> {
  const given = names.map((name) => [name, request.get(name)] as const);
  return Object.fromEntries(given.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** Whether a request without a body counts as one with `{}`. */
export function mayBeLeftOut(body: Joi.ObjectSchema): boolean {
  return body.validate({}).error === undefined;
}

function gateOf(right: CallSpec<unknown, unknown>['right']): readonly RequestHandler[] {
  if (right === 'anybody') return [];
  return [right === 'any_user' ? requireUser : requireRight(right)];
}

const declared = new WeakMap<Router, readonly Call[]>();

/** An express router that answers these calls. */
export function routerOf(calls: readonly Call[]): Router {
  const router = Router();
  for (const { method, path, handlers } of calls) router[method](path, ...handlers);
  declared.set(router, calls);
  return router;
}

/** The calls that a router answers. Throws for a router that did not come from `routerOf`: nobody could know them. */
export function callsOf(router: Router): readonly Call[] {
  const calls = declared.get(router);
  if (calls === undefined) throw new Error('this router has undeclared routes: make it with routerOf');
  return calls;
}
