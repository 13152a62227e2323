import type { FaultKind } from '../landing/order-draft.ts';
import type { StepName, StepState } from '../landing/steps.ts';
import type { DeploymentView, Phase, Status } from '../views.ts';
import type { ActsTexts, ActTexts, ConsoleTexts, HostCheckTexts, SystemTexts } from './console-texts.ts';
import type { ES_CODES } from './es-codes.ts';

export type Filled<Argument extends unknown[] = [string]> = (...values: Argument) => string;

export type Group<Names extends string> = Readonly<Record<Names, string>>;

export type KnownCode = keyof typeof ES_CODES;

export type EndPhase = 'failed' | 'cancelled' | 'superseded' | 'lost' | 'timed_out' | 'rejected';

/** Everything the pages say. Each language fills all of it. */
export interface Texts {
  readonly language: Group<'name' | 'choose'>;
  readonly header: Group<'home' | 'console' | 'menu' | 'signOut' | 'skip'>;
  readonly signIn: Group<'title' | 'lead' | 'how' | 'note' | 'retry'>;
  readonly landing: LandingTexts;
  readonly progress: ProgressTexts;
  readonly steps: Group<StepName>;
  /** What the last step is called, by the deployment's kind. */
  readonly stepsEnd: Group<DeploymentView['kind']>;
  readonly stepState: Group<StepState>;
  readonly phase: Group<Phase>;
  readonly status: Group<Status>;
  readonly kind: Group<DeploymentView['kind']>;
  readonly ended: Group<EndPhase>;
  /** What happens next in a phase that has not ended. */
  readonly next: Group<Exclude<Phase, EndPhase | 'succeeded'> | 'frozen' | 'cordoned' | 'ending'>;
  readonly console: ConsoleTexts;
  readonly system: SystemTexts;
  readonly hostCheck: HostCheckTexts;
  readonly act: ActTexts;
  readonly acts: ActsTexts;
  /** What goes with an instance that is deleted. */
  readonly remove: Group<'containers' | 'data' | 'files' | 'stays'> & {
    readonly lead: Filled<[client: string, host: string]>;
    readonly link: Filled;
  };
  readonly log: Group<'title' | 'empty' | 'none' | 'raw' | 'follow' | 'whole' | 'atEnd' | 'wrap'>;
  readonly problem: Group<'away' | 'awayDetail' | 'sendAway' | 'stale' | 'requestId' | 'dismiss'>;
  readonly code: Group<KnownCode>;
}

type LandingTexts = Group<
  | 'title'
  | 'lead'
  | 'product'
  | 'client'
  | 'clientHint'
  | 'host'
  | 'hostAutomatic'
  | 'hostCordoned'
  | 'settings'
  | 'optional'
  | 'deploy'
  | 'sending'
  | 'noProducts'
  | 'fix'
> & {
  readonly version: Filled;
  readonly limit: {
    readonly length: Filled<[number]>;
    readonly between: Filled<[number, number]>;
    readonly from: Filled<[number]>;
    readonly upTo: Filled<[number]>;
    readonly secret: string;
  };
  readonly fault: Readonly<Record<FaultKind, (limit: number | undefined) => string>>;
};

type ProgressTexts = Group<
  | 'steps'
  | 'open'
  | 'opensElsewhere'
  | 'copy'
  | 'copied'
  | 'live'
  | 'liveOld'
  | 'waitingFor'
  | 'holder'
  | 'heldBy'
  | 'next'
  | 'cancel'
  | 'cancelling'
  | 'cancelAsked'
  | 'again'
  | 'retry'
  | 'another'
  | 'log'
  | 'build'
  | 'history'
  | 'cause'
  | 'deleted'
  | 'loading'
  | 'instance'
  | 'hostName'
> & {
  readonly title: Filled<[product: string, client: string]>;
  readonly took: Filled;
  readonly deadline: Filled;
  readonly position: Filled<[number]>;
};
