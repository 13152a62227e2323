import type { Router } from 'express';
import Joi from 'joi';
import { AppError } from '../platform/errors.ts';
import { iso } from '../platform/moment.ts';
import { moment, pageOf, text } from './answer-schemas.ts';
import { actorOf } from './authentication.ts';
import { call, routerOf, type Call } from './call.ts';
import type { RevokedKeys } from './revoked-keys.ts';
import type { CallbackKey } from './signature.ts';
import { whyBody } from './why.ts';

export interface CallbackKeysApiOptions {
  /** Those of ARK_CALLBACK_KEYS. */
  readonly keys: readonly Pick<CallbackKey, 'id'>[];
  readonly revoked: RevokedKeys;
  readonly clock: () => number;
}

export interface KeyView {
  readonly key_id: string;
  readonly revoked: { readonly by: string; readonly at: string | null; readonly why: string } | null;
}

const keyView = Joi.object<KeyView>({
  key_id: text.required().example('0c9f7a4b'),
  revoked: Joi.object({ by: text.required(), at: moment.required().allow(null), why: text.required() })
    .required()
    .allow(null),
}).meta({ schemaName: 'CallbackKey' });

/** Which callback keys are believed, and the end of one that was stolen. Keys themselves are never shown. */
export function createCallbackKeysApi(options: CallbackKeysApiOptions): Router {
  return routerOf([listKeys(options), revokeKey(options)]);
}

function listKeys(options: CallbackKeysApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/callback-keys',
    right: 'system:operate',
    summary: 'List the callback keys by their ids',
    answers: {
      200: { description: 'All keys that are set up or revoked', schema: pageOf('callback_keys', keyView) },
    },
    handle: async ({ response }) => {
      const views = await viewsOf(options);
      response.json({ callback_keys: views, total: views.length });
    },
  });
}

function revokeKey(options: CallbackKeysApiOptions): Call {
  const { keys, revoked, clock } = options;
  return call({
    method: 'post',
    path: '/api/callback-keys/:key_id/revoke',
    act: 'callback-keys.revoke',
    right: 'system:operate',
    summary: 'Believe a callback key no more, for good',
    description: 'Jobs that use it are answered 401 `callback_key_revoked`; they stop and undo nothing.',
    params: { key_id: Joi.string().max(8).description('Id of a key').example('0c9f7a4b') },
    body: whyBody,
    example: { why: 'It stood in a log' },
    answers: { 200: { description: 'The key', schema: keyView } },
    errors: ['callback_key_not_found'],
    handle: async ({ body: { why }, request, response }) => {
      const keyId = String(request.params['key_id']);
      if (!keys.some(({ id }) => id === keyId)) {
        throw new AppError('callback_key_not_found', 'No key with this id is set up');
      }
      await revoked.revoke(keyId, { by: actorOf(request).user, at: clock(), why });
      response.json((await viewsOf(options)).find(({ key_id: id }) => id === keyId));
    },
  });
}

async function viewsOf({ keys, revoked }: CallbackKeysApiOptions): Promise<readonly KeyView[]> {
  const all = await revoked.all();
  const ids = new Set([...keys.map(({ id }) => id), ...all.keys()]);
  return [...ids].map((id) => {
    const mark = all.get(id);
    const at = mark && mark.at > 0 ? iso(mark.at) : null;
    return { key_id: id, revoked: mark ? { by: mark.by, at, why: mark.why } : null };
  });
}
