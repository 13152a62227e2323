/** A reason not to go on that people can act on; printed without a stack. */
export class Refusal extends Error {}

/** One line for people. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs a step that takes time, saying what it does before and how long it took after. */
export async function step(title, work) {
  say(`${title} …`);
  const startedAt = Date.now();
  const result = await work();
  say(`${title}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
}
