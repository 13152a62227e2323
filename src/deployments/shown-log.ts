import type { Request } from 'express';
import { actorOf } from '../http/authentication.ts';
import type { DeploymentView, InstanceView } from './views.ts';

/** The last lines of a build's log are for those who may read logs. */
export function deploymentFor(request: Request, view: DeploymentView): DeploymentView {
  return actorOf(request).rights.has('logs:read') ? view : { ...view, log_tail: null };
}

/** The same for all deployments of an instance. */
export function instanceFor(request: Request, view: InstanceView): InstanceView {
  const shown = (one: DeploymentView | null) => one && deploymentFor(request, one);
  const { active, waiting, last_deployment: last } = view;
  return { ...view, active: shown(active), waiting: shown(waiting), last_deployment: shown(last) };
}
