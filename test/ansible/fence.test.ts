import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { REPOSITORY } from '../jenkins/job-run.ts';

/** Takes the fence as `seq`, prints `taken` or the failure, and holds it until its input ends. */
const HOLDER = `
import os, subprocess, sys, time
from pathlib import Path
from ark_host.errors import StepFailed
from ark_host.fence import Fence
path, seq, patience, preempt, same = sys.argv[1:]
os.setpgid(0, 0)
try:
    Fence(Path(path), seq).take(time.monotonic() + float(patience), same == 'same', float(preempt))
    print('taken', flush=True)
    child = subprocess.Popen(['sleep', '600'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    print(child.pid, flush=True)
    sys.stdin.read()
    child.kill()
except StepFailed as failure:
    print(failure.as_result(), failure.exit_code, flush=True)
`;

let folder: string;
let path: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ark-fence-'));
  path = join(folder, 'fence/acme-1');
  children = [];
});
afterEach(() => {
  for (const child of children) child.stdin?.end();
  rmSync(folder, { recursive: true, force: true });
});

interface Taking {
  readonly patience?: number;
  readonly preemptAfter?: number;
  readonly same?: boolean;
}

/** The first line that the holder prints; its process and the id of the child that it started. */
async function take(seq: number, { patience = 5, preemptAfter = 60, same = false }: Taking = {}): Promise<{ said: string; child: ChildProcess; worker: number }> {
  const words = [path, String(seq), String(patience), String(preemptAfter), same ? 'same' : 'other'];
  const child = spawn('/usr/bin/python3', ['-B', '-c', HOLDER, ...words], {
    env: { PYTHONPATH: join(REPOSITORY, 'ansible/roles/instance/files') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  let output = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (output.split('\n').length > 2 || !output.startsWith('taken')) resolve();
    });
    child.once('close', () => resolve());
  });
  const [said = '', worker = '0'] = output.split('\n');
  return { said, child, worker: Number(worker) };
}

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${String(pid)}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

test('a lower seq is refused with what the host knows, also after the higher one ended', async () => {
  const higher = await take(205);
  const during = await take(204);
  higher.child.stdin?.end();
  await new Promise((resolve) => higher.child.once('close', resolve));
  const after = await take(204);

  for (const { said } of [during, after]) expect(said).toMatch(/'error': 'stale_seq'.*'host_seq': '205'.* 4$/);
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
});

test('the lock lets one in; another step of the same deployment gives up when its time is over', async () => {
  await take(100);

  expect((await take(100, { patience: 0.3 })).said).toContain("'error': 'fence_busy'");
});

test('a higher seq that waited long enough ends the process group of the lower', async () => {
  const lower = await take(100);

  const higher = await take(101, { preemptAfter: 0.3 });

  expect(higher.said).toBe('taken');
  expect([isAlive(lower.child.pid ?? 0), isAlive(lower.worker)]).toEqual([false, false]);
});

test('a higher seq that has not waited long enough ends nobody', async () => {
  const lower = await take(100);

  const higher = await take(101, { patience: 0.5 });

  expect(higher.said).toContain('fence_busy');
  expect(isAlive(lower.child.pid ?? 0)).toBe(true);
});

test('an undo ends a step of its own deployment at once', async () => {
  const step = await take(100);

  const undo = await take(100, { same: true });

  expect(undo.said).toBe('taken');
  expect(isAlive(step.worker)).toBe(false);
});

test('a process that has the id of a holder from before is not ended', async () => {
  const bystander = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  await take(100).then(({ child }) => child.stdin?.end());
  const mark = JSON.stringify({ seq: '100', pid: bystander.pid, started: '1' });
  writeFileSync(path, mark.padEnd(256));
  const holder = spawn('flock', [path, 'sleep', '60'], { detached: true, stdio: 'ignore' });
  try {
    while ((await take(101, { patience: 0.3, preemptAfter: 0 })).said === 'taken') continue;
    expect(isAlive(bystander.pid ?? 0)).toBe(true);
  } finally {
    for (const { pid } of [bystander, holder]) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  }
});

test('a fence that cannot be read lets nobody in', async () => {
  await take(100).then(({ child }) => child.stdin?.end());
  writeFileSync(path, 'rubbish');

  expect((await take(999)).said).toContain("'error': 'fence_unreadable'");
});
