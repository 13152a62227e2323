import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { JOB_PARAMETERS } from '../../src/deployments/job-parameters.ts';
import { parseJenkinsfile } from '../../src/local-jenkins/jenkinsfile/parser.ts';
import type { Step } from '../../src/local-jenkins/jenkinsfile/pipeline.ts';
import { REPOSITORY } from './job-run.ts';

const JOBS = ['deploy', 'destroy'];
const SCRIPTS = { 'ark-callback': 'ARK_CALLBACK_KEY', 'ark-play': 'ARK_SSH_KEY_FILE', 'ark-clean': '' };

function read(job: string): ReturnType<typeof parseJenkinsfile> {
  return parseJenkinsfile(readFileSync(join(REPOSITORY, `jenkins/${job}.Jenkinsfile`), 'utf8'));
}

/** Each sh step with the names of the variables that are bound around it. */
function shells(
  steps: readonly Step[],
  bound: readonly string[] = [],
): { script: string; bound: readonly string[] }[] {
  return steps.flatMap((step) => {
    if (step.kind === 'sh') return [{ script: step.script, bound }];
    if (step.kind !== 'with_credentials') return [];
    const names = step.bindings.map((one) =>
      one.kind === 'sshUserPrivateKey' ? one.keyFileVariable : one.variable,
    );
    return shells(step.steps, [...bound, ...names]);
  });
}

test.each(JOBS)('%s declares exactly the parameters that we send, all text and empty', (job) => {
  const { parameters } = read(job);

  expect(parameters.map(({ name }) => name)).toEqual([...JOB_PARAMETERS]);
  for (const parameter of parameters) expect(parameter).toMatchObject({ kind: 'string', default_value: '' });
});

test.each(JOBS)('%s claims first, and takes its addresses from the site, not from parameters', (job) => {
  const { stages, environment } = read(job);

  expect(shells(stages[0]?.steps ?? [])[0]?.script).toMatch(/^"\$ARK_HOME\/jenkins\/ark-callback" claim\n/);
  expect(environment).toEqual({ ARK_HOME: '@ARK_HOME@', ARK_CALLBACK_URL: '@ARK_CALLBACK_URL@' });
});

test.each(JOBS)('%s binds each credential only around the script that needs it', (job) => {
  const { stages, post } = read(job);
  const all = [...stages.map(({ steps }) => steps), ...Object.values(post)].flatMap((steps) => shells(steps));

  for (const { script, bound } of all) {
    const used = Object.entries(SCRIPTS).filter(([name]) => script.includes(`/${name}"`));
    expect(used).toHaveLength(1);
    expect(bound).toEqual(used.map(([, variable]) => variable).filter(Boolean));
  }
});
