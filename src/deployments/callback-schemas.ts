import Joi from 'joi';
import { line, lines } from '../http/line.ts';
import { SEQ } from '../routing/route.ts';
import {
  STAGES,
  type ClaimMessage,
  type FailedMessage,
  type ProgressMessage,
  type ReadyMessage,
  type RemovedMessage,
} from './callback-messages.ts';

/** `folder/job`, without empty, `.` and `..` segments: they would lead to another page of Jenkins. */
const jobName = line(400).pattern(
  /^(?!\.{1,2}(?:\/|$))[^/]+(?:\/(?!\.{1,2}(?:\/|$))[^/]+)*$/,
  'name of a job',
);
const projects = Joi.array()
  .items(Joi.string().pattern(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'project name'))
  .max(100);
const port = Joi.number().integer().min(1).max(65_535);
const containerName = Joi.string().pattern(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/, 'container name');
const containerId = Joi.string().pattern(/^[0-9a-f]{12,64}$/, 'container id');
const reasonCode = Joi.string().pattern(/^[a-z][a-z0-9_]{0,40}$/, 'reason code');

const lease = Joi.string()
  .max(100)
  .description("The claim's answer has it. It proves the leave; keep it out of logs.");
const deploymentId = Joi.string().max(40).description("The claim's answer has it.");
const EXAMPLE_LEASE = { lease: 'zI8…', deployment_id: 'd-0c9f7a4be2d1583f6a70' };
const leased = { lease: lease.required(), deployment_id: deploymentId.required() };

export const claimSchema = Joi.object<ClaimMessage, true>({
  protocol: Joi.number().valid(1).required(),
  job: jobName.required().description('JOB_NAME: the full name, with / between folders.'),
  build_number: Joi.number().integer().min(1).max(2_147_483_647).required().description('BUILD_NUMBER.'),
  deployment_id: line(40).description(
    "The build's parameter DEPLOYMENT_ID; leave it out when that is blank.",
  ),
  instance_id: line(63).description("The build's parameter INSTANCE_ID; leave it out when that is blank."),
}).example({
  protocol: 1,
  job: 'ark-deploy-instance',
  build_number: 42,
  deployment_id: 'd-0c9f7a4be2d1583f6a70',
});

const LONGEST_AGO_MS = 86_400_000;

export const progressSchema = Joi.object<ProgressMessage, true>({
  ...leased,
  stage: Joi.string()
    .valid(...STAGES)
    .required(),
  status: Joi.string().valid('started', 'done').required(),
  ago_ms: Joi.number()
    .integer()
    .min(0)
    .max(LONGEST_AGO_MS)
    .description('How long ago that was, in ms; 0 when left out.'),
}).example({ ...EXAMPLE_LEASE, stage: 'pull', status: 'started' });

const container = {
  port: port.required(),
  container_name: containerName.required(),
  container_id: containerId.required(),
};

export const readySchema = Joi.object<ReadyMessage, true>({
  ...leased,
  project: line(63).required().description("The claim's `project`."),
  target_host: line(45).required().description("The claim's `host.address`."),
  target_port: port.required().description('Host port of the primary endpoint; the same as in `endpoints`.'),
  container_name: containerName.required().description('Of the primary endpoint.'),
  container_id: containerId.required().description('Of the primary endpoint.'),
  endpoints: Joi.object()
    .description('Each endpoint of the claim under its name, on one of the ports offered for it.')
    .pattern(/^[a-z0-9][a-z0-9-]{0,20}$/, Joi.object(container))
    .min(1)
    .max(20)
    .required(),
  image_ids: Joi.object()
    .description('What runs, by Compose service.')
    .pattern(
      /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/,
      Joi.object({ id: line(200).required(), repo_digest: line(400) }),
    )
    .max(50)
    .required(),
}).example({
  ...EXAMPLE_LEASE,
  project: 'acme-k3v9x2m4qa-1763790000',
  target_host: '100.64.10.11',
  target_port: 20_017,
  container_name: 'acme-k3v9x2m4qa-1763790000-web-1',
  container_id: '0f3a9c5be1d2',
  endpoints: {
    web: {
      port: 20_017,
      container_name: 'acme-k3v9x2m4qa-1763790000-web-1',
      container_id: '0f3a9c5be1d2',
    },
  },
  image_ids: { web: { id: 'sha256:5b0bcabd1ed2' } },
});

export const removedSchema = Joi.object<RemovedMessage>({
  ...leased,
  removed: projects.required().description('Compose projects of this instance that are gone.'),
}).example({ ...EXAMPLE_LEASE, removed: ['acme-k3v9x2m4qa-1763780000'] });

export const failedSchema = Joi.object<FailedMessage, true>({
  lease: lease.description('Left out by a build that was granted none.'),
  deployment_id: deploymentId,
  stage: line(40).required().description('Where it gave up: a stage, or a word of your own such as claim.'),
  reason: reasonCode.required().description('What the panel names: `health_gate_failed`, `build_aborted` …'),
  detail: line(500).allow('').description('One sentence for people.'),
  host_seq: Joi.string()
    .pattern(SEQ, 'sequence number')
    .description('With reason `stale_seq`: the number that the host knows.'),
  log_tail: lines(16_384).allow('').required().description('The last lines of the log, without secrets.'),
})
  .and('lease', 'deployment_id')
  .example({ ...EXAMPLE_LEASE, stage: 'gate', reason: 'health_gate_failed', log_tail: 'web: exit 1' });
