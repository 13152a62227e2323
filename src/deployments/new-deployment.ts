import { newDeploymentId, type Deployment, type ReleaseId } from './deployment.ts';
import type { Instance } from './instance.ts';

export interface DeploymentSeed {
  readonly instance: Instance;
  readonly kind: Deployment['kind'];
  readonly releaseId: ReleaseId | '';
  readonly job: string;
  readonly now: number;
  readonly deadlineAt: number;
  readonly trigger: string;
  readonly by: string;
  readonly why: string;
  readonly keepData?: boolean;
}

/** A deployment as it begins; the scripts bring it on from here. */
export function newDeployment(seed: DeploymentSeed): Deployment {
  return {
    id: newDeploymentId(),
    instance_id: seed.instance.id,
    kind: seed.kind,
    release_id: seed.releaseId,
    product_id: seed.instance.product_id,
    host_id: seed.instance.host_id,
    phase: 'accepted',
    created_at: seed.now,
    deadline_at: seed.deadlineAt,
    trigger: seed.trigger,
    by: seed.by,
    why: seed.why,
    job: seed.job,
    queue_id: '',
    queue_why: '',
    seq: '',
    stopped_live: false,
    recovered_by: '',
    keep_data: seed.keepData ?? false,
    log_tail: '',
    times: {},
  };
}
