import { describe, expect, test } from '@jest/globals';
import type { TestChain } from '../testbed/chain.ts';
import { fingerprintOf, projectsOf, tagHello } from '../testbed/host-traces.ts';
import { DEPLOY_JOB, DESTROY_JOB, Operator } from '../testbed/operator.ts';
import { HELD, MISSING } from '../testbed/product-shelf.ts';
import { launchBrowser, visit } from '../web/browser.ts';
import { beginJourney } from './begin.ts';
import {
  browse,
  deploy,
  deployAgain,
  deploymentOf,
  instanceOf,
  order,
  untilDeployment,
  untilInstance,
  untilSettled,
  type DeploymentView,
  type InstanceView,
} from './journey.ts';

const SEEN_WITHIN_MS = 10_000;

let chain: TestChain;
let operator: Operator;
/** Lives on h-1, where nothing else happens. */
let hello: InstanceView;
/** Lives on h-2; its second deployment is at work until it is aborted. */
let held: InstanceView;
let heldDeployment: DeploymentView;
/** A Rebuild of the live build of `held`, started while that one is at work. */
let busyBuild: number;

const products = { held: HELD, missing: MISSING };
const environment = { ARK_HOST_SLOTS: '6' };
beginJourney({ hosts: 2, proxies: 1, products, environment }, async (begun) => {
  chain = begun;
  operator = await Operator.signIn(chain);
  [hello, held] = await Promise.all([
    deploy(chain, { host_id: 'h-1' }),
    deploy(chain, { product_id: 'held', host_id: 'h-2' }),
  ]);
  const second = await deployAgain(chain, held.instance_id, { inputs: { wait_s: 600 } });
  const isStarting = ({ stages }: DeploymentView): boolean => stages.some(({ stage }) => stage === 'start');
  heldDeployment = await untilDeployment(chain, second.deployment_id, isStarting);
  busyBuild = await operator.rebuild(DEPLOY_JOB, numberOf(held.last_deployment));
});

describe('a person starts a build that may go on', () => {
  test('Rebuild of the current build deploys the desired release again', async () => {
    const build = await operator.rebuild(DEPLOY_JOB, numberOf(hello.last_deployment));
    await adopted(build, hello);
  });

  test('Build with Parameters with nothing but INSTANCE_ID does the same', async () => {
    const build = await operator.buildWith(DEPLOY_JOB, { INSTANCE_ID: hello.instance_id });
    await adopted(build, hello);
  });

  test('Rebuild of a failed build, pressed in a browser, brings the instance up', async () => {
    const { instance_id } = await order(chain, { product_id: 'missing', host_id: 'h-2' });
    const failed = await untilSettled(chain, instance_id);
    expect(failed).toMatchObject({ status: 'failed', last_deployment: { phase: 'failed' } });
    expect((await operator.build(DEPLOY_JOB, numberOf(failed.last_deployment))).result).toBe('FAILURE');
    await tagHello(chain.hosts[1]!, 'ark/missing:1');

    const build = await pressRebuild(numberOf(failed.last_deployment));
    await adopted(build, failed);
  });
});

/** The build became a deployment of the person who started it, of the desired release, and is live. */
async function adopted(build: number, before: InstanceView): Promise<void> {
  const id = before.instance_id;
  const isOf = (one: DeploymentView | null): boolean => one?.build?.number === build;
  const during = await untilInstance(chain, id, ({ active, last_deployment }) =>
    [active, last_deployment].some(isOf),
  );
  const deployment = [during.active, during.last_deployment].find(isOf);
  expect(deployment).toMatchObject({
    trigger: 'jenkins: operator',
    kind: 'deploy',
    release_id: before.desired_release,
  });
  const begun = (await operator.build(DEPLOY_JOB, build)) as unknown as { timestamp: number };
  expect(Date.parse(deployment?.created_at ?? '') - begun.timestamp).toBeLessThan(SEEN_WITHIN_MS);

  const after = await untilSettled(chain, id);
  expect(after).toMatchObject({
    status: 'running',
    access_url: before.access_url,
    live_deployment: deployment?.deployment_id,
    last_deployment: { phase: 'succeeded' },
  });
  expect(await projectsOf(hostOf(after), id)).toEqual([`${id}-${after.last_deployment?.seq ?? ''}`]);
  expect((await browse(after)).status).toBe(200);
  expect((await operator.untilEnded(DEPLOY_JOB, build)).result).toBe('SUCCESS');
  const lines = await operator.lines(DEPLOY_JOB, build);
  expect(lines[0]).toMatch(
    new RegExp(`^claim granted: deploy of ${id} on 100\\.64\\.\\d+\\.\\d+, seq \\d+$`),
  );
  expect(lines).toContain('decision: switched');
}

async function pressRebuild(number: number): Promise<number> {
  const browser = await launchBrowser();
  try {
    const visitor = await visit(browser, chain.jenkins.url);
    const { page } = visitor;
    page.setDefaultTimeout(30_000);
    await page.goto('/login');
    await page.getByLabel('Usuario').fill(chain.jenkins.operator);
    await page.getByLabel('Contraseña').fill(chain.jenkins.password);
    await page.getByRole('button', { name: 'Entrar' }).click();
    await page.getByRole('link', { name: DEPLOY_JOB }).click();
    await page.getByRole('link', { name: `#${String(number)}`, exact: true }).click();
    await page.getByRole('link', { name: 'Rebuild' }).click();
    await page.getByRole('button', { name: 'Repetir (Rebuild)' }).click();
    await page.waitForURL(`**/job/${DEPLOY_JOB}/`);
    const newest = page.getByRole('link', { name: /^#\d+$/ }).first();
    const text = (await newest.textContent()) ?? '';
    await newest.click();
    await page.getByRole('link', { name: 'Consola' }).click();
    await page.getByText('decision: switched').waitFor();
    await page.getByText('terminado').waitFor();
    await visitor.close();
    return Number(text.slice(1));
  } finally {
    await browser.close();
  }
}

describe('a person starts a build that is refused before it touches the host', () => {
  const first = (): number => numberOf(hello.last_deployment);

  const STARTS: readonly (readonly [
    name: string,
    job: string,
    start: () => Promise<number>,
    line: RegExp,
  ])[] = [
    [
      'Rebuild of an old build',
      DEPLOY_JOB,
      () => operator.rebuild(DEPLOY_JOB, first()),
      /superseded: a newer deployment took over.* see http:\S+d-/,
    ],
    [
      'Rebuild with another TARGET_HOST',
      DEPLOY_JOB,
      async () => operator.rebuild(DEPLOY_JOB, await latest(), { TARGET_HOST: '100.64.99.99' }),
      /edited: .*TARGET_HOST/,
    ],
    [
      'INSTANCE_ID with another PRODUCT_ID',
      DEPLOY_JOB,
      () => operator.buildWith(DEPLOY_JOB, { INSTANCE_ID: hello.instance_id, PRODUCT_ID: 'other' }),
      /edited: .*PRODUCT_ID/,
    ],
    [
      'no parameter at all',
      DEPLOY_JOB,
      () => operator.buildWith(DEPLOY_JOB, {}),
      /start this from the panel, or give INSTANCE_ID/,
    ],
    [
      'the destroy job, which nobody ordered',
      DESTROY_JOB,
      () => operator.buildWith(DESTROY_JOB, { INSTANCE_ID: hello.instance_id }),
      /not allowed now\. Nobody ordered the removal/,
    ],
    [
      'the destroy job for a deployment',
      DESTROY_JOB,
      async () => {
        const DEPLOYMENT_ID = (await instanceOf(chain, hello.instance_id)).live_deployment ?? '';
        return operator.buildWith(DESTROY_JOB, { DEPLOYMENT_ID });
      },
      /wrong job for this deployment/,
    ],
  ];

  test.each(STARTS)('%s', async (_name, job, start, line) => {
    await refused({ job, start, line });
  });

  test('any build of a deleted instance', async () => {
    const newest = await latest();
    await chain.call('DELETE', `/api/instances/${hello.instance_id}`);
    await untilInstance(chain, hello.instance_id, ({ status, active }) => status === 'deleted' && !active);
    const [removal] = await operator.builds(DESTROY_JOB);

    const line = /deleted: this instance is gone/;
    await refused({ job: DEPLOY_JOB, start: () => operator.rebuild(DEPLOY_JOB, newest), line });
    const again = (): Promise<number> => operator.rebuild(DESTROY_JOB, removal?.number ?? 0);
    await refused({ job: DESTROY_JOB, start: again, line });
  });
});

interface Refusal {
  readonly job: string;
  readonly start: () => Promise<number>;
  readonly line: RegExp;
}

/** One clear line, FAILURE, and neither the host nor anything that the API shows has changed. */
async function refused({ job, start, line }: Refusal): Promise<void> {
  const look = async (): Promise<unknown> => [
    await fingerprintOf(chain.hosts[0]!, hello.instance_id),
    await instanceOf(chain, hello.instance_id),
    await chain.call('GET', `/api/deployments?instance=${hello.instance_id}`),
  ];
  const before = await look();
  const build = await start();
  expect((await operator.untilEnded(job, build)).result).toBe('FAILURE');
  expect(await operator.lines(job, build)).toEqual([expect.stringMatching(line)]);
  expect(await operator.lines(job, build)).toEqual([
    expect.stringMatching(/^claim refused, the host is not touched/),
  ]);
  expect(await look()).toEqual(before);
}

/** The newest build of `hello`'s live deployment. */
async function latest(): Promise<number> {
  const { live_deployment } = await instanceOf(chain, hello.instance_id);
  return numberOf(await deploymentOf(chain, live_deployment ?? ''));
}

describe('while another build is at work', () => {
  test('a second build of that deployment is refused', async () => {
    const build = await operator.rebuild(DEPLOY_JOB, numberOf(heldDeployment));
    expect((await operator.untilEnded(DEPLOY_JOB, build)).result).toBe('FAILURE');
    const link = heldDeployment.build?.url ?? 'no link';
    expect(await operator.lines(DEPLOY_JOB, build)).toEqual([
      expect.stringMatching(/^claim refused.*duplicate: another build already carries out this deployment/),
    ]);
    expect((await operator.lines(DEPLOY_JOB, build))[0]).toContain(link);
    expect(await instanceOf(chain, held.instance_id)).toMatchObject({
      active: { deployment_id: heldDeployment.deployment_id, phase: 'deploying' },
    });
  });

  test('a Rebuild of another build waits for a minute and gives up with one line', async () => {
    expect((await operator.untilEnded(DEPLOY_JOB, busyBuild)).result).toBe('FAILURE');
    const [waits, givesUp, ...more] = await operator.lines(DEPLOY_JOB, busyBuild);
    expect(waits).toMatch(/^claim: Another build is at work.*; trying again$/);
    expect(givesUp).toMatch(/gave up after 60 s: Another build is at work on this instance/);
    expect(givesUp).toContain(heldDeployment.build?.url);
    expect(more).toEqual([]);
    const { deployments } = await chain.call<{ deployments: DeploymentView[] }>(
      'GET',
      `/api/deployments?instance=${held.instance_id}`,
    );
    expect(deployments).toHaveLength(2);
  });

  test('Abort in the page ends it; the live release stays and the next order succeeds', async () => {
    await operator.abort(DEPLOY_JOB, numberOf(heldDeployment));
    const ended = await untilDeployment(chain, heldDeployment.deployment_id);
    expect(ended).toMatchObject({ phase: 'failed', reason: { code: 'build_aborted' } });
    expect((await operator.untilEnded(DEPLOY_JOB, numberOf(heldDeployment))).result).toBe('ABORTED');

    const after = await untilSettled(chain, held.instance_id);
    expect(after).toMatchObject({ status: 'running', live_deployment: held.live_deployment });
    expect((await browse(held)).status).toBe(200);
    const { hosts } = await chain.call<{ hosts: unknown[] }>('GET', '/api/hosts');
    expect(hosts).toContainEqual(expect.objectContaining({ host_id: 'h-2', active: 0, waiting: 0 }));
    expect(await projectsOf(hostOf(held), held.instance_id)).toHaveLength(1);

    const next = await deployAgain(chain, held.instance_id, { inputs: { wait_s: 0 } });
    expect(await untilDeployment(chain, next.deployment_id)).toMatchObject({ phase: 'succeeded' });
  });
});

function numberOf(deployment: DeploymentView | null): number {
  const number = deployment?.build?.number;
  if (number === undefined) throw new Error('The deployment has no build');
  return number;
}

function hostOf({ host_id }: InstanceView): TestChain['hosts'][number] {
  const host = chain.hosts.find(({ id }) => id === host_id);
  if (host === undefined) throw new Error(`There is no host ${host_id}`);
  return host;
}
