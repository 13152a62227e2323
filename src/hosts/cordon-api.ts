import type { Router } from 'express';
import Joi from 'joi';
import { text } from '../http/answer-schemas.ts';
import { call, routerOf, type Call } from '../http/call.ts';
import { whyBody } from '../http/why.ts';
import { AppError } from '../platform/errors.ts';
import { hostId } from './host-schemas.ts';
import { isHostId, type Host, type HostRegistry } from './host.ts';

export interface CordonApiOptions {
  readonly hosts: Pick<HostRegistry, 'update'>;
}

const cordonView = Joi.object({
  host_id: text.required().example('acme-1'),
  cordoned: Joi.boolean().required(),
});

/** Takes a host out of use for new deployments, and back. What runs there runs on, and removals go on. */
export function createCordonApi(options: CordonApiOptions): Router {
  return routerOf([cordoning(options, 'cordon'), cordoning(options, 'uncordon')]);
}

function cordoning({ hosts }: CordonApiOptions, act: 'cordon' | 'uncordon'): Call {
  return call({
    method: 'post',
    path: `/api/hosts/:id/${act}`,
    act: `hosts.${act}`,
    right: 'system:operate',
    summary: act === 'cordon' ? 'Take a host out of use for new deployments' : 'Put a host back into use',
    params: { id: hostId },
    body: whyBody,
    example: { why: 'Its disk is being replaced' },
    answers: { 200: { description: 'Whether it is cordoned now', schema: cordonView } },
    errors: ['host_not_found', 'conflict'],
    handle: async ({ request, response }) => {
      const { id, cordoned } = await mark(hosts, String(request.params['id']), act === 'cordon');
      response.json({ host_id: id, cordoned });
    },
  });
}

/** Throws `host_not_found`. */
async function mark(hosts: CordonApiOptions['hosts'], id: string, cordoned: boolean): Promise<Host> {
  const host = isHostId(id) ? await hosts.update(id, (before) => ({ ...before, cordoned })) : undefined;
  if (!host) throw new AppError('host_not_found', 'There is no such host');
  return host;
}
