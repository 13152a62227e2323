import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJenkinsfile } from '../../../src/local-jenkins/jenkinsfile/parser.ts';
import { JenkinsfileError } from '../../../src/local-jenkins/jenkinsfile/pipeline.ts';

const WHOLE = `// a comment
pipeline {
  agent any
  options {
    timeout(time: 15, unit: 'SECONDS')
    timestamps()
    disableRestartFromStage()
    skipDefaultCheckout(true)
    buildDiscarder(logRotator(numToKeepStr: '50'))
  }
  parameters {
    string(name: 'A', defaultValue: 'x\\'y', description: 'first', trim: true)
    booleanParam(name: 'B', defaultValue: true)
    choice(name: 'C', choices: ['one', 'two'], description: 'third')
  }
  environment {
    HOME_DIR = '/opt/$not'
    SECOND = 'b'
  }
  stages {
    /* a
       block */
    stage('First') {
      steps {
        sh 'echo $A'
        sh(script: 'true', label: 'quiet')
        withCredentials([
          string(credentialsId: 'key', variable: 'KEY'),
          sshUserPrivateKey(credentialsId: 'ssh', keyFileVariable: 'SSH', usernameVariable: 'WHO'),
          file(credentialsId: 'f', variable: 'F')
        ]) {
          sh '''
            echo 'inside' "$KEY"
          '''
        }
      }
      post { always { sh 'stage end' } }
    }
  }
  post {
    always { archiveArtifacts artifacts: 'a/*.txt, b.txt', allowEmptyArchive: true; sh 'always' }
    cleanup { sh 'cleanup' }
  }
}
`;

/** WHOLE with one line of a section replaced. */
function small(parts: { before?: string; steps?: string; after?: string }): string {
  return `pipeline {
agent any
${parts.before ?? ''}
stages { stage('S') { steps {
${parts.steps ?? "sh 'true'"}
} } }
${parts.after ?? ''}
}`;
}

function faultOf(text: string): JenkinsfileError {
  try {
    parseJenkinsfile(text);
  } catch (error) {
    if (error instanceof JenkinsfileError) return error;
    throw error;
  }
  throw new Error('this was accepted');
}

test('the whole subset is read', () => {
  const pipeline = parseJenkinsfile(WHOLE);

  expect(pipeline.options).toEqual({ timeoutMs: 15_000, timestamps: true, buildsToKeep: 50 });
  expect(pipeline.parameters).toEqual([
    { kind: 'string', name: 'A', default_value: "x'y", description: 'first', trim: true },
    { kind: 'boolean', name: 'B', default_value: true, description: '' },
    { kind: 'choice', name: 'C', choices: ['one', 'two'], description: 'third' },
  ]);
  expect(pipeline.environment).toEqual({ HOME_DIR: '/opt/$not', SECOND: 'b' });
  const [first, second, third] = pipeline.stages[0]?.steps ?? [];
  expect(first).toEqual({ kind: 'sh', line: 25, script: 'echo $A' });
  expect(second).toMatchObject({ kind: 'sh', script: 'true' });
  expect(third).toMatchObject({
    kind: 'with_credentials',
    bindings: [{ variable: 'KEY' }, { usernameVariable: 'WHO' }, {}],
  });
  expect(Object.keys(pipeline.stages[0]?.post ?? {})).toEqual(['always']);
  expect(pipeline.post.always?.[0]).toMatchObject({ patterns: ['a/*.txt', 'b.txt'], allowEmpty: true });
  expect(pipeline.post.cleanup).toHaveLength(1);
});

test('a string of three quotes keeps its lines and quotes', () => {
  const [step] = parseJenkinsfile(small({ steps: "sh '''a 'b' \"c\"\n  d\\\\e'''" })).stages[0]?.steps ?? [];

  expect(step).toMatchObject({ script: 'a \'b\' "c"\n  d\\e' });
});

describe('what leaves the subset is refused with its line and the reason', () => {
  test.each([
    ['', 1, 'expected pipeline'],
    ['node { }', 1, 'expected pipeline'],
    ['def x = 1\npipeline { }', 1, 'expected pipeline'],
    ['@Library("x") _', 1, 'annotations'],
    [small({ steps: 'sh "echo"' }), 5, 'double-quoted'],
    [small({ steps: "script { sh 'x' }" }), 5, 'script blocks'],
    [small({ steps: "echo 'x'" }), 5, 'echo is not supported'],
    [small({ steps: "git 'x'" }), 5, 'the step git is not supported'],
    [small({ steps: "sh script: 'x', returnStdout: true" }), 5, 'does not take returnStdout'],
    [small({ steps: "sh 'a' + 'b'" }), 5, 'expressions are not'],
    [small({ steps: 'sh env.X' }), 5, 'properties and method calls'],
    [small({ steps: "sh '#!/bin/bash\\nx'" }), 5, '#! line'],
    [small({ steps: "sh 'never closed" }), 5, 'never closed'],
    [small({ steps: "sh 'a\\qb'" }), 5, 'unknown escape'],
    [small({ steps: "sh 'a' sh 'b'" }), 5, 'end of the line'],
    [small({ steps: '' }), 4, 'no steps'],
    [
      small({ steps: "withCredentials([usernamePassword(credentialsId: 'a')]) { sh 'x' }" }),
      5,
      'usernamePassword',
    ],
    [small({ steps: "archiveArtifacts '../x'" }), 5, 'inside the workspace'],
    [small({ before: "when { branch 'x' }" }), 3, 'when is not supported'],
    [small({ before: 'options { retry(3) }' }), 3, 'the option retry'],
    [small({ before: 'options { timeout(time: 0) }' }), 3, 'above 0'],
    [small({ before: "options { timeout(time: 1, unit: 'DAYS') }" }), 3, 'one of SECONDS'],
    [small({ before: "parameters { password(name: 'P') }" }), 3, 'kind password'],
    [small({ before: "parameters { string(name: 'A')\nstring(name: 'A') }" }), 4, 'declared twice'],
    [small({ before: "parameters { string(name: 'a-b') }" }), 3, 'not a name that a shell'],
    [small({ before: "environment { A = credentials('x') }" }), 3, 'single-quoted'],
    [small({ before: 'environment { A = "x" }' }), 3, 'double-quoted'],
    [small({ before: 'environment { }' }), 3, 'environment is empty'],
    [small({ before: 'agent any' }), 3, 'agent is given twice'],
    [small({ after: "post { unstable { sh 'x' } }" }), 7, 'unstable is not supported'],
    [small({ after: '}' }), 8, 'only one pipeline'],
    ['pipeline { agent none }', 1, 'only agent any'],
    ['pipeline { agent any }', 1, 'needs stages'],
    ["pipeline { stages { stage('S') { steps { sh 'x' } } } }", 1, 'needs agent any'],
    ["pipeline { agent any\nstages { stage('S') { } } }", 2, 'needs steps'],
    [
      "pipeline { agent any\nstages { stage('S') { steps { sh 'x' } }\nstage('S') { steps { sh 'x' } } } }",
      3,
      'declared twice',
    ],
    ['pipeline { agent any\nstages { parallel { } } }', 2, 'expected'],
    [`pipeline { /* \n never closed`, 1, 'never closed'],
  ])('%j', (text, line, reason) => {
    const fault = faultOf(text);

    expect(fault.reason).toContain(reason);
    expect(fault.line).toBe(line);
  });
});

test('a very deep or long file is refused and exhausts nothing', () => {
  const deep = `withCredentials(${'['.repeat(5000)}`;
  const nested = "withCredentials([string(credentialsId: 'a', variable: 'A')]) {".repeat(3000);

  expect(faultOf(small({ steps: deep })).reason).toContain('too deeply');
  expect(faultOf(small({ steps: nested })).reason).toContain('too deeply');
  expect(faultOf('x'.repeat(300_000)).reason).toContain('256 KiB');
});

const FRAGMENTS = WHOLE.split(/(\s+|[{}()[\],:=])/);

test('any text is either read or refused, and never hangs or crashes', () => {
  const shuffled = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 80 }).map((parts) => parts.join(''));
  const cut = fc
    .tuple(fc.nat(WHOLE.length), fc.nat(40), fc.string())
    .map(([at, length, text]) => WHOLE.slice(0, at) + text + WHOLE.slice(at + length));
  const texts = fc.oneof(fc.string({ unit: 'binary' }), shuffled, cut);

  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseJenkinsfile(text);
      } catch (error) {
        if (!(error instanceof JenkinsfileError)) throw error;
        expect(error.line).toBeGreaterThanOrEqual(1);
        expect(error.line).toBeLessThanOrEqual(text.split(/\r\n?|\n/).length);
      }
    }),
    { numRuns: 2000, endOnFailure: true },
  );
});
