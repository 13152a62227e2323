import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

// What recreate does when a step fails in a way that no real engine can be asked for: its neighbours are played.

const FILES = join(import.meta.dirname, '../../ansible/roles/instance/files');

/** Runs recreate with a `stop`, `start` and gate as told; what was called in which order, and how it ended. */
const SCRIPT = `
import json, sys, types
sys.path.insert(0, sys.argv[1])
from ark_host import recreate as module
from ark_host.errors import StepFailed

calls = []

def fail_at(name):
    def act(*_):
        calls.append(name)
        if sys.argv[2] == name:
            raise StepFailed("engine_failed", "no") if sys.argv[3] == "foreseen" else KeyError("odd")
        return {"gated": True}
    return act

def undo(_):
    calls.append("undo")
    return {"removed": ["acme-101"]}

module.projects = types.SimpleNamespace(stop=fail_at("stop"))
module.start, module.undo = fail_at("start"), undo
engine = types.SimpleNamespace(grant=lambda seconds: calls.append("grant"))
stages = types.SimpleNamespace(enter=lambda stage: None)
deployment = types.SimpleNamespace(id="acme", engine=engine, stages=stages, live_projects=["acme-100"])
try:
    result = {"returned": module.recreate(deployment, fail_at("gate"))}
except Exception as error:
    result = {"raised": type(error).__name__, "facts": getattr(error, "facts", None)}
print(json.dumps({"calls": calls, **result}))
`;

const LOG_SCRIPT = `
import json, pathlib, sys, tempfile
sys.path.insert(0, sys.argv[1])
from ark_host.recreate import detached
folder = tempfile.TemporaryDirectory()
path = pathlib.Path(folder.name, 'step.log')

def work():
    raise KeyError("odd")

print(json.dumps([*detached(work, path), path.read_text()]))
`;

function python(script: string, ...args: string[]): unknown {
  const output = execFileSync('python3', ['-B', '-c', script, FILES, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(output);
}

const ORDER = ['stop', 'start', 'gate'];

test.each(ORDER.flatMap((step) => ['foreseen', 'odd'].map((kind) => [step, kind] as const)))(
  'a %s that fails, with an error that is %s, is followed by the undo, and is what is thrown',
  (step, kind) => {
    const before = ORDER.slice(0, ORDER.indexOf(step) + 1);

    expect(python(SCRIPT, step, kind)).toEqual({
      calls: [...before, 'grant', 'undo'],
      ...(kind === 'foreseen'
        ? { raised: 'StepFailed', facts: { removed: ['acme-101'] } }
        : { raised: 'KeyError', facts: null }),
    });
  },
);

test('where nothing fails nothing is undone', () => {
  expect(python(SCRIPT, 'nothing', 'foreseen')).toEqual({ calls: ORDER, returned: { gated: true } });
});

test('an error that nobody foresaw is in the log of the step, and the caller is told', () => {
  const [result, exit, log] = python(LOG_SCRIPT) as [
    { error: string }, number, string,
  ];

  expect([result.error, exit]).toEqual(['interrupted', 3]);
  expect(log).toMatch(/Traceback[^]*KeyError: 'odd'/);
});
