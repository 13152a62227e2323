import type { ErrorEntry } from './error-catalogue.ts';
import type { ErrorCode } from '../platform/errors.ts';

/** What a job is answered. The callback client in `jenkins/` knows which of them to repeat. */
export const CALLBACK_ERRORS = {
  signature_invalid: {
    status: 401,
    title: 'Signature invalid',
    meaning: 'The callback has no valid signature of a key that we know.',
    action: 'Check that the credential `ark-callback-key` in Jenkins is one of ARK_CALLBACK_KEYS.',
  },
  callback_expired: {
    status: 401,
    title: 'Callback too old',
    meaning: 'The time in the callback is more than five minutes away from ours.',
    action: 'Set the clock of the agent or of this machine.',
  },
  callback_key_revoked: {
    status: 401,
    title: 'Key revoked',
    meaning: 'The key that signed the callback is revoked; the job stops and undoes nothing.',
    action: 'Put the new key into `ark-callback-key` in Jenkins, then rebuild.',
  },
  callback_reused: {
    status: 409,
    title: 'Callback id reused',
    meaning: 'The same webhook-id came before with another body.',
    action: 'A fault of the job: report it.',
  },
  build_unknown: {
    status: 404,
    title: 'Build unknown',
    meaning: 'Jenkins knows no such build of a job of ours.',
    action: 'Start builds in our Jenkins only; check ARK_JENKINS_URL.',
  },
  build_not_running: {
    status: 409,
    title: 'Build not running',
    meaning: 'Jenkins says that this build has ended.',
    action: 'Nothing: start a new build if the deployment is not finished.',
  },
  build_mismatch: {
    status: 403,
    title: 'Build differs',
    meaning: 'The callback says something else about its build than Jenkins does.',
    action: 'A fault of the job, or a forged call: look at the build.',
  },
  fields_edited: {
    status: 403,
    title: 'Parameters edited',
    meaning: 'Parameters differ from what was ordered for this deployment; `fields` lists them.',
    action: 'Leave the copies for people blank, or order the change in the panel.',
  },
  start_from_panel: {
    status: 400,
    title: 'Nothing to deploy',
    meaning: 'The build names neither a deployment nor an instance.',
    action: 'Start from the panel, or give INSTANCE_ID.',
  },
  superseded: {
    status: 409,
    title: 'Replaced by a newer one',
    meaning: 'A newer deployment of this instance succeeded since; the job touched nothing.',
    action: 'Rebuild the newest build, or order in the panel.',
  },
  duplicate_build: {
    status: 409,
    title: 'Second build',
    meaning: 'Another build already carries out this deployment.',
    action: 'Wait for it; `link` leads to it.',
  },
  busy: {
    status: 423,
    title: 'Instance is busy',
    meaning: 'Another build holds this instance or all slots of its host.',
    action: 'Wait until it has ended, or cancel it; `link` leads to it.',
  },
  wrong_job: {
    status: 409,
    title: 'Wrong job',
    meaning: 'This job cannot carry out this kind of deployment.',
    action: 'Use the deploy job to deploy, the destroy job to remove.',
  },
  not_allowed_now: {
    status: 409,
    title: 'Not allowed now',
    meaning: 'The state of the instance does not allow this build.',
    action: 'Read `detail`; order in the panel what you want.',
  },
  lease_invalid: {
    status: 403,
    title: 'Lease invalid',
    meaning: 'The lease does not belong to this deployment.',
    action: 'A fault of the job, or a forged call: look at the build.',
  },
  target_not_offered: {
    status: 403,
    title: 'Target not offered',
    meaning: 'The job reports a host, port or project that it was not given.',
    action: 'A fault of the job, or a forged call: look at the build.',
  },
  candidate_differs: {
    status: 409,
    title: 'Another target before',
    meaning: 'The job reported the new release ready at another place before; the first word stays.',
    action: 'A fault of the job, or a forged call: look at the build.',
  },
  already_decided: {
    status: 409,
    title: 'Already decided',
    meaning: 'The deployment is decided; this message comes too late.',
    action: 'Nothing: the state in the panel is right.',
  },
} satisfies Partial<Record<ErrorCode, ErrorEntry>>;
