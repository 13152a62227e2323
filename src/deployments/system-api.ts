import type { Router } from 'express';
import Joi from 'joi';
import { actorOf } from '../http/authentication.ts';
import { call, routerOf, type Call } from '../http/call.ts';
import { statesOf, type Dependency } from '../http/health-api.ts';
import { why, whyBody, WHY_EXAMPLE, type Why } from '../http/why.ts';
import type { GenerationWatch } from '../routing/generation-watch.ts';
import { iso } from '../platform/moment.ts';
import { systemView } from './operation-schemas.ts';
import type { BreakGlassStore } from './break-glass-store.ts';

export interface SystemApiOptions {
  readonly breakGlassStore: Pick<BreakGlassStore, 'freeze' | 'unfreeze' | 'frozen'>;
  readonly generation: Pick<GenerationWatch, 'accepted' | 'position' | 'fault' | 'accept'>;
  readonly dependencies: readonly Dependency[];
  readonly version: string;
  readonly clock: () => number;
}

interface AcceptBody extends Why {
  readonly generation: string | null;
}

const acceptBody = Joi.object<AcceptBody, true>({
  why,
  generation: Joi.string()
    .max(100)
    .allow(null)
    .required()
    .description('The id that GET /api/system shows; null for a store that has none'),
});

const ANSWERS = { 200: { description: 'The installation as it is now', schema: systemView } };

/** The installation as a whole: frozen or not, which store it trusts, what it depends on. */
export function createSystemApi(options: SystemApiOptions): Router {
  return routerOf([
    showSystem(options),
    freezing(options, 'freeze'),
    freezing(options, 'unfreeze'),
    acceptGeneration(options),
  ]);
}

function showSystem(options: SystemApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/system',
    right: 'system:operate',
    summary: 'Show the installation: frozen or not, its store, what it depends on',
    answers: ANSWERS,
    handle: async ({ response }) => {
      response.json(await viewOf(options));
    },
  });
}

function freezing(options: SystemApiOptions, act: 'freeze' | 'unfreeze'): Call {
  const { breakGlassStore, clock } = options;
  const isFreeze = act === 'freeze';
  return call({
    method: 'post',
    path: `/api/system/${act}`,
    act: `system.${act}`,
    right: 'system:operate',
    summary: isFreeze ? 'Trigger nothing any more' : 'Trigger again',
    ...(isFreeze && { description: 'Orders are taken and wait; builds that run go on to their end.' }),
    body: whyBody,
    example: WHY_EXAMPLE,
    answers: ANSWERS,
    handle: async ({ body: { why: words }, request, response }) => {
      const by = actorOf(request).user;
      await (isFreeze
        ? breakGlassStore.freeze({ by, at: clock(), why: words })
        : breakGlassStore.unfreeze(by));
      response.json(await viewOf(options));
    },
  });
}

function acceptGeneration(options: SystemApiOptions): Call {
  const { generation } = options;
  return call({
    method: 'post',
    path: '/api/system/accept-generation',
    act: 'system.accept-generation',
    right: 'system:operate',
    summary: 'Trust the store as it is now',
    description:
      'For a Redis that was wiped, restored or replaced. Coordinators and proxies go on with what it holds.',
    body: acceptBody,
    example: { why: 'Restored from the backup of 4:00', generation: '5e0f7b0c-7d0f-4a53-9d0a-4d1a3f0b6c11' },
    answers: ANSWERS,
    errors: ['conflict'],
    handle: async ({ body: { generation: expected }, response }) => {
      await generation.accept(expected ?? undefined);
      response.json(await viewOf(options));
    },
  });
}

export type SystemView = Awaited<ReturnType<typeof viewOf>>;

async function viewOf({ breakGlassStore, generation, dependencies, version, clock }: SystemApiOptions) {
  const [frozen, position, states] = await Promise.all([
    breakGlassStore.frozen(),
    generation.position(),
    statesOf(dependencies),
  ]);
  const { accepted } = generation;
  return {
    now: iso(clock()),
    frozen: frozen ? { by: frozen.by, at: iso(frozen.at), why: frozen.why } : null,
    generation: {
      id: position.generation ?? null,
      revision: position.revision,
      accepted: accepted ? { id: accepted.id, revision: accepted.revision, at: iso(accepted.at) } : null,
      fault: generation.fault ?? null,
    },
    ready: Object.values(states).every(({ ok }) => ok),
    dependencies: states,
    versions: { ark: version, node: process.versions.node },
  };
}
