import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultPoints, parseFaults } from '../../src/platform/faults.ts';

test('a point that no test switched on does nothing', async () => {
  await expect(new FaultPoints().reach('decide.before')).resolves.toBeUndefined();
});

test('a fault with a count happens that often', async () => {
  const faults = new FaultPoints('decide.before=throw*1');

  await expect(faults.reach('decide.before')).rejects.toMatchObject({ name: 'InjectedFault', kind: 'throw' });
  await expect(faults.reach('decide.before')).resolves.toBeUndefined();
});

test('a delay waits', async () => {
  const startedAt = performance.now();

  await new FaultPoints('claim.after=delay:30').reach('claim.after');

  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(28);
});

test.each(['decide.before', 'x=explode', 'x=delay', 'x=throw*'])('%s is not a fault', (text) => {
  expect(() => parseFaults(text)).toThrow(`not a fault: ${text}`);
});

test('a crash kills the process, once, though the file is read again after the restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ark-faults-'));
  const file = join(folder, 'faults');
  const source = join(import.meta.dirname, '../../src/platform/faults.ts');
  const code = `import { FaultPoints } from ${JSON.stringify(source)};
    await new FaultPoints('@' + ${JSON.stringify(file)}).reach('decide.before'); console.log('survived');`;
  const run = async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
    return once(child, 'exit');
  };

  writeFileSync(file, 'decide.before=crash*1\nother=throw\n');
  expect(await run()).toEqual([null, 'SIGKILL']);
  expect(readFileSync(file, 'utf8')).toBe('decide.before=crash*0\nother=throw\n');
  expect(await run()).toEqual([0, null]);
  rmSync(folder, { recursive: true });
});
