import type { LogMark } from '../build-server.ts';
import type { DeploymentId } from '../deployment.ts';

/** What is known of a stored log, without its text. */
export interface LogHead {
  /** Another one means another text: whoever read this log begins anew. Never used twice. */
  readonly generation: number;
  /** Which build wrote it: number and start time. */
  readonly build: string;
  /** Bytes of this generation that are kept: the oldest go when there are too many. */
  readonly from: number;
  readonly to: number;
  /** The build has ended and nothing more will come. */
  readonly complete: boolean;
  /** Where the reading goes on. */
  readonly tail: LogTailState;
}

export interface LogTailState {
  readonly mark?: LogMark;
  /** Lines of a private key that are still to be left out. */
  readonly keyLines: number;
}

export interface LogWrite {
  readonly id: DeploymentId;
  /** What the writer knows; undefined when there was nothing. */
  readonly known: Pick<LogHead, 'generation' | 'to'> | undefined;
  readonly build: string;
  /** Whole lines, redacted. */
  readonly text: string;
  /** Replaces what is there by a new generation. */
  readonly anew?: boolean;
  readonly tail: LogTailState;
  readonly complete: boolean;
  /** When the deployment was ordered: its log is kept so long from then on. */
  readonly orderedAt: number;
}

/** The logs of builds, redacted and bounded. Every call throws `store_unavailable` when the store does not answer. */
export interface LogStore {
  head(id: DeploymentId): Promise<LogHead | undefined>;
  /**
   * The head afterwards; undefined when somebody else wrote since `known`: nothing was written then. Makes room by
   * forgetting logs that are too old, and the oldest ones when all together are too long.
   */
  write(write: LogWrite): Promise<LogHead | undefined>;
  /** Forgets some of what is too old also when nothing is written. Repeatable. */
  makeRoom(): Promise<void>;
  /** Bytes `from` to `to` of a generation; undefined when they are kept no more. */
  read(id: DeploymentId, range: LogRange): Promise<Buffer | undefined>;
  /** Deployments that are over and whose log may not be whole yet, oldest first. */
  due(limit: number): Promise<readonly DeploymentId[]>;
  /** The log is whole, or will never be. Repeatable. */
  settle(id: DeploymentId): Promise<void>;
}

export interface LogRange {
  readonly generation: number;
  readonly from: number;
  readonly to: number;
}
