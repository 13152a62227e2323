import type { Section } from '../console/sections.ts';
import type { DeploymentView, InstanceView, ActView, CallbackView, ProductView } from '../views.ts';
import type { Filled, Group } from './texts.ts';

/** Lists with a heading, and what stands there when nothing is in them. */
export type ListName =
  | 'instances'
  | 'deployments'
  | 'open'
  | 'products'
  | 'hosts'
  | 'callbacks'
  | 'acts'
  | 'keys'
  | 'active'
  | 'queue';

export type ConsoleColumn =
  | 'about'
  | 'act'
  | 'actions'
  | 'address'
  | 'at'
  | 'build'
  | 'by'
  | 'callback'
  | 'client'
  | 'clients'
  | 'deadline'
  | 'defaultHost'
  | 'deployment'
  | 'holder'
  | 'host'
  | 'instance'
  | 'jobs'
  | 'key'
  | 'link'
  | 'next'
  | 'outcome'
  | 'phase'
  | 'position'
  | 'product'
  | 'queue'
  | 'reason'
  | 'since'
  | 'slots'
  | 'state'
  | 'status'
  | 'strategy'
  | 'times'
  | 'trigger'
  | 'verdict'
  | 'why';

export type ConsoleTexts = Group<
  | 'title'
  | 'all'
  | 'older'
  | 'newest'
  | 'of'
  | 'active'
  | 'waiting'
  | 'last'
  | 'open'
  | 'deployment'
  | 'record'
  | 'done'
  | 'outcomeUnknown'
  | 'notLive'
  | 'cordoned'
  | 'takes'
  | 'on'
  | 'off'
  | 'valid'
  | 'revoked'
  | 'enabled'
  | 'noDefaultHost'
  | 'commonJobs'
  | 'deployJob'
  | 'destroyJob'
  | 'callbacksLead'
  | 'actsLead'
  | 'productsLead'
  | 'noPage'
  | 'find'
  | 'go'
> & {
  readonly section: Group<Section>;
  readonly list: Group<ListName>;
  readonly none: Group<ListName>;
  readonly column: Group<ConsoleColumn>;
  readonly fact: Group<
    | 'release'
    | 'cancel'
    | 'environment'
    | 'health'
    | 'live'
    | 'desired'
    | 'created'
    | 'expires'
    | 'deleted'
    | 'hostKey'
    | 'ports'
  >;
  readonly mark: Group<'phase' | 'stage' | 'decision' | 'cancel'>;
  readonly stageStatus: Group<DeploymentView['stages'][number]['status']>;
  readonly outcome: Group<NonNullable<DeploymentView['decision']>['outcome']>;
  readonly health: Group<InstanceView['health']['state']>;
  readonly verdict: Group<CallbackView['verdict']>;
  readonly via: Group<ActView['via']>;
  readonly strategy: Group<ProductView['strategy']>;
  readonly count: Filled<[number]>;
  readonly by: Filled;
  readonly took: Filled;
  readonly slotsOf: Filled<[used: number, all: number]>;
};

export type SystemTexts = Group<
  'title' | 'open' | 'running' | 'distrusted' | 'up' | 'down' | 'store' | 'fault'
> & { readonly notReady: Filled; readonly revision: Filled };

export type HostCheckTexts = Group<'ask' | 'asking' | 'away' | 'stranger' | 'good'>;

export type ActName =
  | 'cancel'
  | 'cancelRemoval'
  | 'deployAgain'
  | 'remove'
  | 'forceFail'
  | 'withdrawRoute'
  | 'setRoute'
  | 'cordon'
  | 'uncordon'
  | 'freeze'
  | 'unfreeze'
  | 'acceptGeneration'
  | 'revokeKey'
  | 'editProduct';

/** What a button offers, and what its dialog says. */
export interface ActWords {
  readonly offer: string;
  readonly title: Filled;
  readonly lead: string;
  readonly confirm: string;
}

export type ActsTexts = Readonly<Record<ActName, ActWords>> & {
  readonly setRoute: Group<'container' | 'containerHint'>;
};

export type ActTexts = Group<
  'why' | 'whyHint' | 'whyMissing' | 'back' | 'sending' | 'emergency' | 'emergencyLead'
>;
