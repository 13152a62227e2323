import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomicallySync } from '../platform/atomic-file.ts';
import { pollUntil } from '../platform/polling.ts';
import type { ApiClient, InstanceAnswer } from './api-client.ts';
import { answersHttp } from './http-probe.ts';
import type { LauncherSettings } from './settings.ts';

const DEPLOY_TIMEOUT_MS = 180_000;
const COME_BACK_TIMEOUT_MS = 15_000;
const WAIT_S = 20;

export interface DemoInstance {
  readonly id: string;
  readonly url: string;
}

export interface DemoSurroundings {
  readonly settings: LauncherSettings;
  readonly api: ApiClient;
  readonly signal: AbortSignal;
}

/** The demo of an earlier start, if its link answers or comes back within seconds; undefined otherwise. */
export async function findDemo({
  settings,
  api,
  signal,
}: DemoSurroundings): Promise<DemoInstance | undefined> {
  const id = recordedId(settings);
  const instance = id === undefined ? undefined : await api.instance(id);
  if (instance?.status !== 'running') return undefined;
  const demo = toDemo(settings, instance);
  const check = async (): Promise<true | undefined> => ((await answers(demo)) ? true : undefined);
  const isBack = await pollUntil(check, { everyMs: 200, timeoutMs: COME_BACK_TIMEOUT_MS, signal });
  return isBack === true ? demo : undefined;
}

/** Deploys `hello` through the whole chain, again if there is an instance of an earlier start. Throws with the reason. */
export async function deployDemo(around: DemoSurroundings): Promise<DemoInstance> {
  const { settings, api } = around;
  const id = await orderDemo(around);
  writeAtomicallySync(recordPath(settings), `${JSON.stringify({ instance_id: id })}\n`);
  const instance = await waitUntilSettled(api, id, around.signal);
  if (instance.status !== 'running') {
    const reason = instance.last_deployment?.reason;
    const why =
      reason === undefined || reason === null ? instance.status : `${reason.code}: ${reason.detail ?? ''}`;
    const log = join(settings.stateDir, 'local-jenkins/builds');
    throw new Error(
      `The demo ${id} did not come up (${why}). Logs of its builds: ${log}. npm start -- --no-demo starts the rest.`,
    );
  }
  const demo = toDemo(settings, instance);
  const check = async (): Promise<true | undefined> => ((await answers(demo)) ? true : undefined);
  const isUp = await pollUntil(check, { everyMs: 50, timeoutMs: 5000, signal: around.signal });
  if (isUp === undefined) throw new Error(`The demo is deployed, but ${demo.url} does not answer`);
  return demo;
}

async function orderDemo({ settings, api, signal }: DemoSurroundings): Promise<string> {
  const id = recordedId(settings);
  const before = id === undefined ? undefined : await api.instance(id);
  if (before !== undefined && !['deleting', 'deleted'].includes(before.status)) {
    const settled = await waitUntilSettled(api, before.instance_id, signal);
    const isUp = settled.status === 'running' && (await answers(toDemo(settings, settled)));
    if (!isUp) await api.deployAgain(before.instance_id);
    return before.instance_id;
  }
  const order = { product_id: 'hello', client_name: 'Demo', host_id: `${settings.hostPrefix}1` };
  return (await api.orderInstance(order)).instance_id;
}

/** The instance when no deployment is active or waiting. Throws after three minutes. */
async function waitUntilSettled(api: ApiClient, id: string, signal: AbortSignal): Promise<InstanceAnswer> {
  const check = async (): Promise<InstanceAnswer | undefined> => {
    const instance = await api.instance(id, WAIT_S);
    if (instance === undefined) throw new Error(`The demo ${id} is gone`);
    const isLive = instance.status === 'running' && !instance.waiting;
    return isLive || (!instance.active && !instance.waiting) ? instance : undefined;
  };
  const settled = await pollUntil(check, { everyMs: 200, timeoutMs: DEPLOY_TIMEOUT_MS, signal });
  if (settled === undefined)
    throw new Error(`The demo ${id} is not up after ${String(DEPLOY_TIMEOUT_MS / 1000)} s`);
  return settled;
}

async function answers({ url }: DemoInstance): Promise<boolean> {
  return answersHttp(url, (status) => status === 200);
}

function toDemo(settings: LauncherSettings, instance: InstanceAnswer): DemoInstance {
  return { id: instance.instance_id, url: new URL(instance.access_url, settings.appsUrl).href };
}

function recordPath(settings: LauncherSettings): string {
  return join(settings.stateDir, 'demo.json');
}

function recordedId(settings: LauncherSettings): string | undefined {
  const path = recordPath(settings);
  if (!existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, 'utf8')) as { instance_id?: string }).instance_id;
}
