import { connect } from 'node:net';
import type { Finding } from '../http/checkup.ts';
import { ApiProblem, Unreachable, type ApiCaller } from './api-caller.ts';
import { EXIT, type Answer, type Command } from './command.ts';
import { plain, table } from './table.ts';

const CONNECT_MS = 3_000;
const SKEW_MS = 30_000;

/** What else this shell may know the address of, for a day without a coordinator. */
const NEIGHBOURS = [
  ['redis', 'ARK_REDIS_URL', 6379, 'Start Redis'],
  ['jenkins', 'ARK_JENKINS_URL', 80, 'Start Jenkins'],
  ['pages', 'ARK_PAGES_URL', 80, 'Start nginx'],
  ['links', 'ARK_APPS_URL', 80, 'Start nginx and a proxy'],
] as const;

const doctor: Command = {
  summary: 'look at every part of the chain: what is up, what is missing, what to do',
  description:
    'It changes and starts nothing. Exit 1 when something is broken, 4 when the coordinator does not answer.',
  run: async ({ api }) => {
    try {
      const { checks } = await api.call<{ checks: readonly Finding[] }>('GET', '/api/system/checks');
      return report([...(await coordinator(api)), ...checks]);
    } catch (error) {
      const isAway = error instanceof Unreachable || (error instanceof ApiProblem && error.status >= 502);
      if (!isAway) throw error;
      return { ...report([away(api, error), ...(await neighbours(process.env))]), exit: EXIT.unreachable };
    }
  },
};

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

function away(api: ApiCaller, error: Error): Finding {
  const detail = error instanceof ApiProblem ? error.message : `does not answer at ${api.url}`;
  const hint =
    'Start it; its log says what it lacks (docs/first-run.md, docs/install.md). nginx may be what is down';
  return { part: 'coordinator', state: 'broken', detail, hint };
}

/** Without a coordinator only this much can be seen from here: whether something listens. */
async function neighbours(env: Readonly<Record<string, string | undefined>>): Promise<readonly Finding[]> {
  const known = NEIGHBOURS.flatMap(([part, name, port, hint]) => {
    const url = URL.parse(env[name] ?? '');
    return url
      ? [{ part, hint, host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || port) }]
      : [];
  });
  return Promise.all(
    known.map(async ({ part, host, port, hint }): Promise<Finding> => {
      const place = `${host} port ${String(port)}`;
      if (await listens(host, port))
        return { part, state: 'ok', detail: `something listens at ${place}`, hint: null };
      return { part, state: 'broken', detail: `nothing listens at ${place}`, hint };
    }),
  );
}

async function listens(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, timeout: CONNECT_MS });
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  socket.once('timeout', () => resolve(false));
  const answer = await promise;
  socket.destroy();
  return answer;
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
