import type { Finding } from '../http/checkup.ts';
import { ApiProblem, placesOf, Unreachable, type ApiCaller } from './api-caller.ts';
import { EXIT, type Answer, type Command } from './command.ts';
import { lookAround } from './places.ts';
import { plain, table } from './table.ts';

/** The coordinator gives each part 8 s. */
const CHECKS_MS = 10_000;
const SKEW_MS = 30_000;

const doctor: Command = {
  summary: 'look at every part of the chain: what is up, what is missing, what to do',
  description:
    'It changes and starts nothing. Exit 1 when something is broken, 4 when the coordinator does not answer.',
  run: async ({ api: given }) => {
    const places = placesOf(process.env);
    // past nginx where that is known, so that one which hangs is found like any other part
    const api = given.at(places.api ?? given.url, CHECKS_MS);
    const around = lookAround(places);
    const [own, checked] = await Promise.allSettled([
      coordinator(api),
      api.call<{ checks: readonly Finding[] }>('GET', '/api/system/checks'),
    ]);
    const failures = [own, checked].flatMap((one) =>
      one.status === 'rejected' ? [toError(one.reason)] : [],
    );
    const refusal = failures.find((error) => !isAway(error));
    if (refusal !== undefined) throw refusal;
    const seen = await around;
    const head = own.status === 'fulfilled' ? own.value : seen.filter(({ part }) => part === 'coordinator');
    if (checked.status === 'fulfilled') return report([...head, ...checked.value.checks]);
    const rest = seen.filter(({ part }) => part !== 'coordinator');
    const answer = report([...head, ...unfinished(head), ...rest]);
    return isBroken(head) ? { ...answer, exit: EXIT.unreachable } : answer;
  },
};

const isBroken = (findings: readonly Finding[]): boolean => findings.some(({ state }) => state === 'broken');

/** It lives, but what it looks at keeps it from answering. */
function unfinished(head: readonly Finding[]): readonly Finding[] {
  if (isBroken(head)) return [];
  const detail = 'the coordinator lives, but could not look at its parts';
  return [{ part: 'checks', state: 'broken', detail, hint: 'Mend what is broken here; then ask again' }];
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

function isAway(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof ApiProblem && error.status >= 502);
}

/** It answers; and its clock is ours, or callbacks are taken for old ones. */
async function coordinator(api: ApiCaller): Promise<readonly Finding[]> {
  const askedAt = Date.now();
  const { now, versions } = await api.call<{ now: string; versions: { ark: string } }>('GET', '/api/system');
  const aheadMs = Date.parse(now) - (askedAt + Date.now()) / 2;
  const part = 'coordinator';
  if (Math.abs(aheadMs) < SKEW_MS) {
    return [
      {
        part,
        state: 'ok',
        detail: `${versions.ark} answers at ${api.url}, and has the time of here`,
        hint: null,
      },
    ];
  }
  const detail = `its clock is ${String(Math.round(aheadMs / 1_000))} s away from the one here`;
  return [{ part, state: 'warning', detail, hint: 'Let all machines keep their clocks by NTP' }];
}

function report(checks: readonly Finding[]): Answer {
  const isOk = checks.every(({ state }) => state !== 'broken');
  const rows = checks.map(({ part, state, detail }) => [state, plain(part), plain(detail)]);
  const hints = checks.flatMap(({ part, hint }) => (hint === null ? [] : [`${plain(part)}: ${plain(hint)}`]));
  const text = [
    table(['STATE', 'PART', 'FOUND'], rows),
    ...(hints.length > 0 ? ['', 'What to do:', ...hints] : []),
  ];
  return { text: text.join('\n'), json: { ok: isOk, checks }, exit: isOk ? EXIT.done : EXIT.failed };
}

export const DOCTOR_COMMANDS = { doctor };
