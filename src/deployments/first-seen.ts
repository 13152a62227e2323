import type { StopStep } from './build-server.ts';
import type { DeploymentId } from './deployment.ts';

export type Sight = 'left_queue' | 'not_found' | 'build_gone' | 'stopping' | StopStep;

/**
 * Since when something has been so, by deployment. Memory of one process: after a restart it counts anew, which
 * only makes it more patient.
 */
export class FirstSeen {
  readonly #marks = new Map<DeploymentId, Map<Sight, number>>();

  /** Milliseconds since this was first noted; notes it, and is 0, the first time. */
  passedMs(id: DeploymentId, sight: Sight, now: number): number {
    const marks = this.#marks.get(id) ?? new Map<Sight, number>();
    this.#marks.set(id, marks);
    const since = marks.get(sight) ?? now;
    marks.set(sight, since);
    return now - since;
  }

  has(id: DeploymentId, sight: Sight): boolean {
    return this.#marks.get(id)?.has(sight) ?? false;
  }

  /** It is no longer so. */
  forget(id: DeploymentId, sight: Sight): void {
    this.#marks.get(id)?.delete(sight);
  }

  /** Forgets everything about all other deployments: they have finished. */
  keepOnly(ids: readonly DeploymentId[]): void {
    const kept = new Set(ids);
    for (const id of this.#marks.keys()) if (!kept.has(id)) this.#marks.delete(id);
  }

  get size(): number {
    return this.#marks.size;
  }
}
