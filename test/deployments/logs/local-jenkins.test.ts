import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Build } from '../../../src/deployments/build-server.ts';
import type { Deployment } from '../../../src/deployments/deployment.ts';
import type { LogHead } from '../../../src/deployments/logs/log-store.ts';
import { LogUpdater } from '../../../src/deployments/logs/log-updater.ts';
import { LOG_LIMIT_BYTES, RedisLogStore } from '../../../src/deployments/logs/redis-log-store.ts';
import { redisForFile } from '../../testbed/redis-for-file.ts';
import { until } from '../../testbed/until.ts';
import { JOB, LocalJenkinsProcess } from '../jenkins/local-jenkins-process.ts';
import { aDeployment, anInstance, must } from '../records.ts';

const redis = redisForFile();
const { signal } = new AbortController();
const SECRET = 'hunter2-hunter2';

/**
 * More lines at once than Jenkins sends while a build runs, in bursts, with halves of lines and of secrets between
 * them, colours, and a private key.
 */
const WORK = `set +x
  seq -f "burst %g" 12000
  printf "the pass"; sleep 0.3; printf "word is hun"; sleep 0.3; printf "ter2-hunter2 at last\\\\n"
  echo "-----BEGIN PRIVATE KEY-----"; sleep 0.3; echo c2VjcmV0LWtleS1ieXRlcw; sleep 0.3; echo "-----END PRIVATE KEY-----"
  printf "\\\\033[31mred\\\\033[0m\\\\n"
  seq -f "second %g ñ" 12000
  echo LAST`;

let jenkins: LocalJenkinsProcess;
let logs: RedisLogStore;
let updater: LogUpdater;

beforeAll(async () => {
  jenkins = await LocalJenkinsProcess.start(WORK);
  const prefix = `ark:{t${randomBytes(6).toString('hex')}}:`;
  logs = new RedisLogStore({ redis: redis(), prefix, clock: Date.now, budgetBytes: 64 * 1_024 * 1_024 });
  updater = new LogUpdater({
    ...{ builds: jenkins.builds, logs, limitBytes: LOG_LIMIT_BYTES },
    secretsOf: async () => Promise.resolve([SECRET]),
  });
});
afterAll(() => jenkins.close());

async function startBuild(name: string): Promise<{ deployment: Deployment; build: Build }> {
  await jenkins.builds.trigger(JOB, { DEPLOYMENT_ID: name }, signal);
  const find = () => jenkins.builds.find({ job: JOB, deploymentId: name, sinceMs: 0 }, signal);
  const found = await until(find, ({ kind }) => kind === 'build');
  if (found.kind !== 'build') throw new Error('no build');
  const { number, timestamp, url } = found.build;
  const made = { build: { number, timestamp, url }, job: JOB, created_at: Date.now() };
  return { build: found.build, deployment: aDeployment(anInstance(), made) };
}

const textOf = async ({ id }: Deployment, head: LogHead): Promise<string> =>
  must(await logs.read(id, head)).toString();

test('what is followed while a build runs is what the whole log has at its end, without a secret', async () => {
  const { deployment, build } = await startBuild('followed');
  const seen: string[] = [];
  const follow = async (): Promise<string> => {
    const { head } = await updater.update(deployment, signal);
    const text = head ? await textOf(deployment, head) : '';
    seen.push(text);
    return text;
  };

  await until(follow, (text) => text.includes('LAST\n'));
  const before = must(await logs.head(deployment.id));
  await jenkins.finish(build);
  const { head } = await until(
    () => updater.update(deployment, signal),
    ({ hasEnded }) => hasEnded,
  );

  const whole = await textOf(deployment, must(head));
  expect(head).toMatchObject({ generation: before.generation, complete: true });
  expect(whole.startsWith(seen.at(-1) ?? 'nothing')).toBe(true);
  expect(whole).toMatch(
    /\nburst 12000\nthe password is \[redacted\] at last\n-----BEGIN PRIVATE KEY-----\[redacted\]\nred\n/,
  );
  expect(whole).toMatch(/\nsecond 12000 ñ\nLAST\n(?:.*\n)*Finished: SUCCESS\n$/);
  expect(seen.filter((text) => /hunter2|c2VjcmV0/.test(text))).toEqual([]);
  expect(seen.filter((text) => !whole.startsWith(text))).toEqual([]);
}, 60_000);

test('a log that nobody followed is there whole when its build has ended, and a restart of Jenkins changes nothing', async () => {
  const { deployment, build } = await startBuild('unread');
  await until(
    () => updater.update(deployment, signal),
    ({ head }) => (head?.to ?? 0) > 300_000,
  );
  await jenkins.fault({ boot_page_s: 60 });
  await expect(updater.update(deployment, signal)).rejects.toMatchObject({
    code: 'build_server_unavailable',
  });
  await jenkins.fault({ reset: true });

  await jenkins.finish(build);
  const { head } = await until(
    () => updater.update(deployment, signal),
    ({ hasEnded }) => hasEnded,
  );

  expect(await textOf(deployment, must(head))).toMatch(
    /\nburst 1\n(?:.*\n)*LAST\n(?:.*\n)*Finished: SUCCESS\n$/,
  );
}, 60_000);
