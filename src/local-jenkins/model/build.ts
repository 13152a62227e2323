import type { Cause, Interruption } from './causes.ts';
import type { ParameterValue } from './parameters.ts';

export type BuildResult = 'SUCCESS' | 'FAILURE' | 'ABORTED';

/** A build as it lies in builds/<job>/<number>/build.json. Times are epoch ms. */
export interface BuildRecord {
  readonly v: 1;
  readonly job: string;
  readonly number: number;
  readonly queue_id: number;
  readonly timestamp: number;
  readonly parameters: readonly ParameterValue[];
  readonly causes: readonly Cause[];
  /** Marks the processes of this build in their environment, so that they are found again after a crash. */
  readonly cookie: string;
  building: boolean;
  /** It was killed, and its processes may still run (Jenkins' term and kill do not end them). */
  left_processes: boolean;
  result: BuildResult | null;
  duration: number;
  interruptions: Interruption[];
  artifacts: string[];
}

export interface BuildOrder {
  readonly job: string;
  readonly queueId: number;
  readonly parameters: readonly ParameterValue[];
  readonly causes: readonly Cause[];
}
