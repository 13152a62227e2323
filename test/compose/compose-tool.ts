import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../../src/launcher/command.ts';
import { ensureTestTools, testTools } from '../../src/launcher/bootstrap/test-tools.mjs';

const ROOT = join(import.meta.dirname, '../..');

/** Docker Compose v2 where the machine has it or can build it, else the 1.29 of its distribution; and hadolint. */
export async function findTools(): Promise<{ compose: readonly string[]; hadolint: string }> {
  await ensureTestTools(ROOT);
  const { compose, hadolint } = testTools(ROOT);
  if (existsSync(compose)) return { compose: [compose], hadolint };
  const isPlugin = (await attempt(['docker', 'compose', 'version'])).code === 0;
  return { compose: isPlugin ? ['docker', 'compose'] : ['docker-compose'], hadolint };
}
