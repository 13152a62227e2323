import type { Router } from 'express';
import Joi from 'joi';
import { call, callsOf, routerOf, type Call } from './call.ts';
import { openApiOf } from './openapi.ts';

export interface DocumentApiOptions {
  /** Of everything that this server answers; each made with `routerOf`. */
  readonly routers: readonly Router[];
  readonly version: string;
}

/** The description of all calls, for programs. */
export function createDocumentApi({ routers, version }: DocumentApiOptions): Router {
  const own = call({
    method: 'get',
    path: '/openapi.json',
    right: 'anybody',
    summary: 'Read this description',
    answers: { 200: { description: 'OpenAPI 3.1', schema: Joi.object().unknown() } },
    handle: ({ response }) => {
      response.set({ 'content-type': 'application/json', 'cache-control': 'no-cache' }).send(text);
    },
  });
  const calls: readonly Call[] = [...routers.flatMap(callsOf), own];
  const text = JSON.stringify(openApiOf({ calls, version }));
  return routerOf([own]);
}
