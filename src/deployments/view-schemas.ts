import Joi from 'joi';
import { moment, text, type Shown } from '../http/answer-schemas.ts';
import { STAGES } from './callback-messages.ts';
import { PHASES } from './phases.ts';
import type { Pending } from './pending.ts';
import { STATUSES, type DeploymentView, type InstanceView } from './views.ts';

const phase = Joi.string().valid(...PHASES);
const environment = Joi.string().valid('prod', 'dev', 'test').required();
const counted = Joi.number().integer();

const reason = Joi.object({
  code: text.required().description('A word for programs'),
  detail: text.required(),
});

const pending = Joi.object<Pending, true>({
  reason: text.required().description('What it waits for'),
  holder: text.description('The deployment, host or operator that holds it up'),
  held_by: text.description('The operator who froze everything, where it is known'),
  position: counted.min(1).description('Place in the queue of the host, from 1'),
  since: moment.required(),
  deadline: moment
    .required()
    .allow(null)
    .description('Null while an operator holds it back: its time stands still'),
  next: text.required().description('What happens next, for people'),
}).meta({ schemaName: 'Pending' });

/** One attempt to bring an instance to a release, or to remove it. */
export const deploymentView = Joi.object<Shown<DeploymentView>, true>({
  deployment_id: text.required().example('d-0c9f7a4be2d1583f6a70'),
  instance_id: text.required().example('acme-k3v9x2m4qa'),
  kind: Joi.string().valid('deploy', 'stop', 'start', 'destroy').required(),
  release_id: text.required().allow(null),
  product_id: text.required().example('hello'),
  host_id: text.required().example('acme-1'),
  phase: phase.required(),
  reason: reason.required().allow(null).description('Why it ended as it did'),
  pending: pending.required().allow(null).description('While it has not ended'),
  trigger: text.required().description('panel, api, recovery, or `jenkins: <user>`'),
  by: text.required(),
  why: text.required(),
  created_at: moment.required(),
  deadline: moment.required().description('It moves on by the time that an operator holds it back'),
  build: Joi.object({
    job: text.required(),
    number: counted.required(),
    url: text.required(),
  })
    .required()
    .allow(null)
    .description('The build in Jenkins'),
  queue_id: text.required().allow(null),
  seq: text.required().allow(null).description('The fencing number'),
  timeline: Joi.array()
    .items(Joi.object({ phase: phase.required(), at: moment.required() }))
    .required()
    .description('When each phase began'),
  stages: Joi.array()
    .items(
      Joi.object({
        stage: Joi.string()
          .valid(...STAGES)
          .required(),
        status: Joi.string().valid('started', 'done').required(),
        at: moment.required(),
      }),
    )
    .required()
    .description('What the job did within the phase `deploying`'),
  decision: Joi.object({
    outcome: Joi.string().valid('switched', 'abandoned', 'removed').required(),
    reason,
    retire: Joi.array().items(text).required().description('Projects that go after the switch'),
    replaces: text.description('The deployment that was live before'),
    at: moment.required(),
  })
    .required()
    .allow(null),
  cancel: Joi.object({ by: text.required(), at: moment.required(), why: text.required().allow(null) })
    .required()
    .allow(null),
  log_tail: text
    .required()
    .allow(null)
    .description('The last lines, when it failed; null without the right `logs:read`'),
  finished_at: moment.required().allow(null),
}).meta({ schemaName: 'Deployment' });

/** The stable public identity, with what happens to it now. */
export const instanceView = Joi.object<Shown<InstanceView>, true>({
  instance_id: text.required().example('acme-k3v9x2m4qa'),
  product_id: text.required().example('hello'),
  product_name: text.required(),
  product_version: text.required().allow(null).description('Of what is live, else of what is wanted'),
  client_name: text.required().example('Acme'),
  environment,
  host_id: text.required().example('acme-1'),
  status: Joi.string()
    .valid(...STATUSES)
    .required(),
  phase: phase.required().allow(null).description('Of the newest deployment'),
  access_url: text.required().description('The link, which stays'),
  desired: Joi.string().valid('present', 'stopped', 'absent').required(),
  desired_release: text.required().allow(null),
  live_release: text.required().allow(null),
  live_deployment: text.required().allow(null),
  health: Joi.object({
    state: Joi.string().valid('unknown', 'healthy', 'degraded', 'unreachable', 'missing').required(),
    at: moment.required().allow(null),
    source: text.required().allow(null),
  }).required(),
  created_at: moment.required(),
  created_by: text.required(),
  expires_at: moment.required().allow(null).description('Asked for by expires_in; nothing is done then yet'),
  deleted_at: moment.required().allow(null),
  active: deploymentView.required().allow(null),
  waiting: deploymentView.required().allow(null),
  last_deployment: deploymentView.required().allow(null),
}).meta({ schemaName: 'Instance' });

/** What an order is answered. */
export const placedView = Joi.object({
  instance_id: text.required().example('acme-k3v9x2m4qa'),
  deployment_id: text.required().example('d-0c9f7a4be2d1583f6a70'),
  access_url: text.required().description('The link, which stays'),
  status: text.required(),
  status_url: text.required().description('Where to read what becomes of it'),
  pending: pending.required().allow(null).description('Its place in line, and who holds it up'),
}).meta({ schemaName: 'Placed' });
