import type { TestChain } from '../testbed/chain.ts';
import { inWords, until } from '../testbed/until.ts';

/** A deployment as the API shows it, as far as journeys look. */
export interface DeploymentView {
  readonly deployment_id: string;
  readonly instance_id: string;
  readonly kind: string;
  readonly release_id: string | null;
  readonly phase: string;
  readonly reason: { readonly code: string; readonly detail: string } | null;
  readonly pending: { readonly reason: string; readonly holder?: string; readonly next: string } | null;
  readonly trigger: string;
  readonly created_at: string;
  readonly build: { readonly job: string; readonly number: number; readonly url: string } | null;
  readonly seq: string | null;
  readonly timeline: readonly { readonly phase: string; readonly at: string }[];
  readonly stages: readonly { readonly stage: string; readonly status: string; readonly at: string }[];
  readonly decision: { readonly outcome: string; readonly retire: readonly string[] } | null;
  readonly finished_at: string | null;
}

/** An instance as the API shows it. */
export interface InstanceView {
  readonly instance_id: string;
  readonly host_id: string;
  readonly status: string;
  readonly phase: string | null;
  readonly access_url: string;
  readonly desired_release: string | null;
  readonly live_release: string | null;
  readonly live_deployment: string | null;
  readonly product_version: string | null;
  readonly active: DeploymentView | null;
  readonly waiting: DeploymentView | null;
  readonly last_deployment: DeploymentView | null;
}

/** What an order is answered. */
export interface Placed {
  readonly instance_id: string;
  readonly deployment_id: string;
  readonly access_url: string;
  readonly status: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** Orders an instance of `hello` unless told otherwise. */
export async function order(chain: TestChain, fields: Readonly<Record<string, unknown>>): Promise<Placed> {
  return chain.call<Placed>('POST', '/api/instances', {
    product_id: 'hello',
    client_name: 'Acme',
    ...fields,
  });
}

/** Orders an instance and waits until nothing happens to it any more. Throws when it does not run then. */
export async function deploy(
  chain: TestChain,
  fields: Readonly<Record<string, unknown>>,
): Promise<InstanceView> {
  const { instance_id } = await order(chain, fields);
  const instance = await untilSettled(chain, instance_id);
  if (instance.status !== 'running')
    throw new Error(`${instance_id} does not run: ${await story(chain, instance)}`);
  return instance;
}

export async function deployAgain(
  chain: TestChain,
  instanceId: string,
  body: Readonly<Record<string, unknown>> = {},
): Promise<Placed> {
  return chain.call<Placed>('POST', `/api/instances/${instanceId}/deployments`, body);
}

export async function instanceOf(chain: TestChain, id: string): Promise<InstanceView> {
  return chain.call<InstanceView>('GET', `/api/instances/${id}`);
}

export async function deploymentOf(chain: TestChain, id: string): Promise<DeploymentView> {
  return chain.call<DeploymentView>('GET', `/api/deployments/${id}`);
}

/** The instance as soon as `isSo`. Throws with its last view when that does not come. */
export async function untilInstance(
  chain: TestChain,
  id: string,
  isSo: (instance: InstanceView) => boolean,
): Promise<InstanceView> {
  return until(() => instanceOf(chain, id), isSo);
}

/** The instance as soon as neither a deployment is at work nor one waits, clean-up included. */
export async function untilSettled(chain: TestChain, id: string): Promise<InstanceView> {
  const isSettled = ({ active, waiting }: InstanceView): boolean => active === null && waiting === null;
  return untilInstance(chain, id, isSettled).catch(async (error: unknown) => {
    throw new Error(`${id} does not settle: ${await story(chain, await instanceOf(chain, id))}`, {
      cause: error,
    });
  });
}

/** An instance with the end of its last build's console, for whoever must find out what went wrong. */
async function story(chain: TestChain, instance: InstanceView): Promise<string> {
  const id = instance.last_deployment?.deployment_id;
  const log = id === undefined ? '' : await buildLog(chain, id);
  return `${inWords(instance)}\n${log.slice(-4000)}`;
}

/** The deployment as soon as `isSo`; unless told otherwise, as soon as it is finished, clean-up included. */
export async function untilDeployment(
  chain: TestChain,
  id: string,
  isSo: (deployment: DeploymentView) => boolean = ({ finished_at }) => finished_at !== null,
): Promise<DeploymentView> {
  return until(() => deploymentOf(chain, id), isSo);
}

/** GET below the instance's link, through nginx and a proxy; redirects are not followed. */
export async function browse(
  { access_url }: Pick<InstanceView, 'access_url'>,
  path = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const signal = AbortSignal.timeout(15_000);
  const response = await fetch(new URL(path, access_url), { redirect: 'manual', headers, signal });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** The whole console of a deployment's build. */
export async function buildLog(chain: TestChain, deploymentId: string): Promise<string> {
  const response = await fetch(new URL(`/api/deployments/${deploymentId}/log`, chain.pagesUrl), {
    headers: { authorization: `Bearer ${chain.apiToken}` },
    signal: AbortSignal.timeout(15_000),
  });
  if (!response.ok) throw new Error(`The log was answered ${String(response.status)}`);
  return response.text();
}
