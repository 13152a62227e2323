import Joi from 'joi';
import { line, lines } from '../http/line.ts';
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

const leased = {
  lease: Joi.string().max(100).required(),
  deployment_id: Joi.string().max(40).required(),
};

export const claimSchema = Joi.object<ClaimMessage, true>({
  protocol: Joi.number().valid(1).required(),
  job: jobName.required(),
  build_number: Joi.number().integer().min(1).max(2_147_483_647).required(),
  deployment_id: line(40),
  instance_id: line(63),
});

const LONGEST_AGO_MS = 86_400_000;

export const progressSchema = Joi.object<ProgressMessage, true>({
  ...leased,
  stage: Joi.string()
    .valid(...STAGES)
    .required(),
  status: Joi.string().valid('started', 'done').required(),
  ago_ms: Joi.number().integer().min(0).max(LONGEST_AGO_MS),
});

const container = {
  port: port.required(),
  container_name: containerName.required(),
  container_id: containerId.required(),
};

export const readySchema = Joi.object<ReadyMessage, true>({
  ...leased,
  project: line(63).required(),
  target_host: line(45).required(),
  target_port: port.required(),
  container_name: containerName.required(),
  container_id: containerId.required(),
  endpoints: Joi.object()
    .pattern(/^[a-z0-9][a-z0-9-]{0,20}$/, Joi.object(container))
    .min(1)
    .max(20)
    .required(),
  image_ids: Joi.object()
    .pattern(
      /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/,
      Joi.object({ id: line(200).required(), repo_digest: line(400) }),
    )
    .max(50)
    .required(),
});

export const removedSchema = Joi.object<RemovedMessage>({ ...leased, removed: projects.required() });

export const failedSchema = Joi.object<FailedMessage, true>({
  lease: Joi.string().max(100),
  deployment_id: Joi.string().max(40),
  stage: line(40).required(),
  reason: reasonCode.required(),
  detail: line(500).allow(''),
  host_seq: Joi.string().pattern(/^\d{1,12}$/, 'sequence number'),
  log_tail: lines(16_384).allow('').required(),
}).and('lease', 'deployment_id');
