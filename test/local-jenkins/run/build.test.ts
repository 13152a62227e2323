import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kit, pipelineOf, processesWith, writeCredential, writeJob } from '../kit.ts';

let kit: Kit;

const POST = `
  cleanup { sh 'echo IN-CLEANUP' }
  success { sh 'echo IN-SUCCESS' }
  failure { sh 'echo IN-FAILURE' }
  aborted { sh 'echo IN-ABORTED' }
  always { sh 'echo IN-ALWAYS' }
`;

beforeAll(async () => {
  kit = await Kit.start({});
});

afterAll(() => kit.close());

/** Writes a job, runs it to its end and returns what Jenkins says and its log. */
async function run(name: string, text: string, fields: Record<string, string> = {}) {
  writeJob(kit.home, name, text);
  const number = await kit.trigger(name, fields);
  const build = await kit.untilEnded(name, number);
  return { build, log: await kit.log(name, number) };
}

/** The post blocks that ran, in order. */
function postOf(log: string): string[] {
  return [...log.matchAll(/^IN-([A-Z]+)$/gm)].map((match) => match[1] ?? '');
}

test('a step sees parameters, environment and the usual variables, in a workspace of its own', async () => {
  const text = pipelineOf(
    `sh 'echo "[$ID|$MORE|$DRY|$MODE|$JOB_NAME|$BUILD_NUMBER|$STAGE_NAME]"; pwd; stat -c %a .; env'`,
  );
  const { build, log } = await run('env', text, { ID: 'a b', DRY: 'true', MODE: 'stop' });

  expect(build.result).toBe('SUCCESS');
  expect(log).toContain('[a b|x|true|stop|env|1|Only]');
  expect(log).toContain(`BUILD_URL=${kit.url}/job/env/1/`);
  expect(log).toContain(`WORKSPACE=${join(kit.home, 'workspace', 'env@1')}\n`);
  expect(log).toMatch(/^700$/m);
  expect(log).toMatch(/^Started by user bot\n/);
  expect(log).toMatch(/\nFinished: SUCCESS\n$/);
});

test('a value cannot become a command: it reaches the shell in its environment only', async () => {
  const value = `'; echo $(id) "; touch /nowhere\n\`id\``;
  const { build, log } = await run('inject', pipelineOf(`sh 'printf %s "$ID"'`), { ID: value });

  expect(build.result).toBe('SUCCESS');
  expect(log).toContain('echo $(id)');
  expect(log).not.toContain('uid=');
});

test('the output of both streams keeps its order, and a last line without an end is kept', async () => {
  const { log } = await run('order', pipelineOf("sh '''echo one; echo two >&2; printf three'''"));

  expect(log.replace(/^\+.*\n/gm, '')).toContain('one\ntwo\nthree\n');
});

test('a step that fails ends the build, skips what follows and runs failure and cleanup', async () => {
  const { build, log } = await run('fail', pipelineOf("sh 'exit 3'\nsh 'echo NEVER'", { post: POST }));

  expect(build.result).toBe('FAILURE');
  expect(postOf(log)).toEqual(['ALWAYS', 'FAILURE', 'CLEANUP']);
  expect(log).not.toContain('NEVER');
  expect(log).toContain('ERROR: script returned exit code 3\nFinished: FAILURE');
});

test('a build that ends well runs success and cleanup', async () => {
  const { log } = await run('well', pipelineOf("sh 'true'", { post: POST }));

  expect(postOf(log)).toEqual(['ALWAYS', 'SUCCESS', 'CLEANUP']);
});

test('a failing always block makes the build fail', async () => {
  const post = "always { sh 'false' }\nsuccess { sh 'echo IN-SUCCESS' }\nfailure { sh 'echo IN-FAILURE' }";
  const { build, log } = await run('bad-post', pipelineOf("sh 'true'", { post }));

  expect(build.result).toBe('FAILURE');
  expect(postOf(log)).toEqual(['FAILURE']);
});

test('later stages are skipped after a failure', async () => {
  const text = `pipeline { agent any
    stages {
      stage('One') { steps { sh 'false' } }
      stage('Two') { steps { sh 'echo NEVER' } }
    } }`;
  writeJob(kit.home, 'stages', text);
  await kit.post('/job/stages/build?delay=0sec');
  await kit.untilEnded('stages');

  expect(await kit.log('stages')).toContain('Stage "Two" skipped due to earlier failure(s)');
});

test('the time of the options runs out: ABORTED, and the aborted block runs', async () => {
  const { build, log } = await run(
    'slow',
    pipelineOf("sh 'sleep 47.1'", { post: POST, options: "timeout(time: 1, unit: 'SECONDS')" }),
  );

  expect(build.result).toBe('ABORTED');
  expect(postOf(log)).toEqual(['ALWAYS', 'ABORTED', 'CLEANUP']);
  expect(log).toContain('Timeout has been exceeded\nFinished: ABORTED');
  const tree = 'actions[_class,causes[_class,shortDescription]]';
  const { actions } = await kit.json<typeof build>(`/job/slow/1/api/json?tree=${tree}`);
  expect(actions).toContainEqual({
    _class: 'jenkins.model.InterruptedBuildAction',
    causes: [
      {
        _class: 'org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution$ExceededTimeout',
        shortDescription: 'Timeout has been exceeded',
      },
    ],
  });
});

describe('credentials', () => {
  test('are bound inside their block only, and hidden in the log', async () => {
    writeCredential(kit.home, 'token', { kind: 'string', secret: 't0p-s3cret' });
    writeCredential(kit.home, 'ssh', {
      kind: 'sshUserPrivateKey',
      username: 'ark',
      private_key: 'PRIVATE KEY\n',
    });
    writeCredential(kit.home, 'cfg', { kind: 'file', name: 'cfg.json', content: '{"a":1}' });
    const bindings =
      "string(credentialsId: 'token', variable: 'T'), file(credentialsId: 'cfg', variable: 'F'), " +
      "sshUserPrivateKey(credentialsId: 'ssh', keyFileVariable: 'K', usernameVariable: 'U')";
    const { build, log } = await run(
      'creds',
      pipelineOf(`withCredentials([${bindings}]) {
        sh 'echo "T=$T U=$U"; printf %s "$T" | base64; wc -c < "$K"; stat -c %a "$K" "$F"; cat "$F"; test -n "$T"'
      }
      sh 'echo "after [$T$K$F$U]"; find "$WORKSPACE_TMP" -name "cfg.json"'`),
    );

    expect(build.result).toBe('SUCCESS');
    expect(log).toContain('T=**** U=ark\n');
    expect(log).toContain('400\n400\n');
    expect(log).toContain('{"a":1}');
    expect(log).toContain('after []');
    expect(log).not.toContain('t0p-s3cret');
    expect(log).not.toContain(Buffer.from('t0p-s3cret').toString('base64'));
    expect(log).not.toMatch(/^\/.*cfg\.json$/m);
  });

  test('that are missing, or of another kind, fail the build', async () => {
    writeCredential(kit.home, 'other', { kind: 'file', name: 'a', content: 'b' });
    const { build, log } = await run(
      'missing',
      pipelineOf("withCredentials([string(credentialsId: 'other', variable: 'T')]) { sh 'echo NEVER' }"),
    );

    expect(build.result).toBe('FAILURE');
    expect(log).toContain("ERROR: Could not find credentials entry with ID 'other'");
    expect(log).not.toContain('NEVER');
  });
});

test('archived files can be read; links and files outside are left out', async () => {
  const steps = `sh 'mkdir -p out; echo one > out/a.txt; ln -s /etc/passwd out/b.txt'
    archiveArtifacts artifacts: 'out/*.txt'`;
  await run('archive', pipelineOf(steps));

  expect(await kit.text('/job/archive/1/artifact/out/a.txt')).toBe('one\n');
  expect((await kit.call('/job/archive/1/artifact/out/b.txt')).status).toBe(404);
  expect((await kit.call('/job/archive/1/artifact/..%2Fbuild.json')).status).toBe(404);
});

test('the workspace, its private folder and background processes end with the build', async () => {
  await run('leftover', pipelineOf("sh '''(setsid sleep 47.2 &) ; touch x'''"));

  expect(readdirSync(join(kit.home, 'workspace')).filter((name) => name.startsWith('leftover'))).toEqual([]);
  await kit.until(async () => (processesWith('sleep 47.2', kit.home).length === 0 ? true : undefined));
});

test('a Jenkinsfile outside of the subset fails its build with the line', async () => {
  writeJob(kit.home, 'broken', pipelineOf("sh 'true'"));
  await kit.build('broken').catch(() => undefined);
  await kit.json('/job/broken/api/json');
  const { build, log } = await run('broken', pipelineOf('sh "double"'));

  expect(build.result).toBe('FAILURE');
  expect(log).toContain('WorkflowScript: 13: double-quoted strings are not supported');
});

test('builds beyond the number to keep are discarded, and their numbers are not given again', async () => {
  const text = pipelineOf("sh 'true'", { options: "buildDiscarder(logRotator(numToKeepStr: '1'))" });
  await run('rotate', text, { ID: '1' });
  await run('rotate', text, { ID: '2' });

  await kit.until(async () => ((await kit.call('/job/rotate/1/api/json')).status === 404 ? true : undefined));
  expect(existsSync(join(kit.home, 'builds', 'rotate', '#', '1'))).toBe(false);
  expect(await kit.trigger('rotate', { ID: '3' })).toBe(3);
});

test('timestamps stand in front of each line of a step', async () => {
  const { log } = await run('stamps', pipelineOf("sh 'echo out'", { options: 'timestamps()' }));

  expect(log).toMatch(/^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] out$/m);
});
