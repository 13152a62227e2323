import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { BuildRecord } from '../model/build.ts';
import { sendBuildPage, sendConsolePage } from '../pages/build-pages.ts';
import { findArchived } from '../run/archive.ts';
import { jobPath } from '../run/build-environment.ts';
import type { Job } from '../store/job-store.ts';
import { DEFAULT_BUILD_TREE, buildView } from '../views/build-view.ts';
import { commonHeaders, sendEmpty, sendRedirect, sendText } from './answers.ts';
import { sendDenied, sendMethodNotAllowed, sendNotFound } from './error-pages.ts';
import { apiJson, hasDepthOrTree } from './api-json.ts';
import { consoleText, progressiveText } from './build-log-answers.ts';
import type { Exchange } from './exchange.ts';
import { may, userId } from './exchange.ts';
import { routeRebuild, routeReplay } from './rerun-routes.ts';

interface Target {
  readonly job: Job;
  readonly build: BuildRecord;
  /** The path below the verb. */
  readonly below: string;
}

type Handler = (exchange: Exchange, target: Target) => void | Promise<void>;

const PLAIN: Readonly<Record<string, Handler>> = {
  '': (exchange, { job, build }) => sendBuildPage(exchange, job, build),
  buildNumber: (exchange, { build }) => sendText(exchange, String(build.number)),
  console: (exchange, { job, build }) => sendConsolePage(exchange, job, build),
  consoleText: (exchange, { build }) => consoleText(exchange, build),
  stop: (exchange, { build }) => endBuild(exchange, build, 'stop'),
  term: (exchange, { build }) => endBuild(exchange, build, 'term'),
  kill: (exchange, { build }) => endBuild(exchange, build, 'kill'),
  'api/json': (exchange, { build }) => sendBuildJson(exchange, build),
  'logText/progressiveText': (exchange, { build }) => progressiveText(exchange, build),
};

const WITH_PATH: Readonly<Record<string, Handler>> = {
  artifact: (exchange, { build, below }) => sendArtifact(exchange, build, below),
  rebuild: (exchange, target) => routeRebuild(exchange, target, target.below),
  replay: (exchange, target) => routeReplay(exchange, target, target.below),
};

/** Everything below /job/X/N. */
export async function routeBuild(
  exchange: Exchange,
  { job, build }: { job: Job; build: BuildRecord },
  rest: readonly string[],
): Promise<void> {
  const [verb = '', ...others] = rest;
  const target = { job, build, below: others.join('/') };
  const path = rest.join('/');
  const handler = Object.hasOwn(PLAIN, path)
    ? PLAIN[path]
    : Object.hasOwn(WITH_PATH, verb)
      ? WITH_PATH[verb]
      : undefined;
  if (handler !== undefined) return handler(exchange, target);
  // Jenkins answers any unknown verb with a 302 that leads nowhere (observed)
  if (exchange.method !== 'POST' || others.length > 0) return sendNotFound(exchange);
  sendRedirect(exchange, `/${jobPath(build.job)}${build.number}/${encodeURIComponent(verb)}/`);
}

function sendBuildJson(exchange: Exchange, build: BuildRecord): void {
  const { server, rootUrl } = exchange.site;
  const view = buildView(build, server.builds, { rootUrl, showInterruptions: hasDepthOrTree(exchange) });
  apiJson(exchange, view, DEFAULT_BUILD_TREE);
}

/** stop, term, kill: 302 to the Referer or to the build, whether or not there was anything to end. */
function endBuild(exchange: Exchange, build: BuildRecord, verb: 'stop' | 'term' | 'kill'): void {
  if (exchange.method !== 'POST') return sendMethodNotAllowed(exchange);
  if (!may(exchange, 'cancel')) return sendDenied(exchange, 'cancel');
  const run = exchange.site.server.running(build);
  if (verb === 'stop') run?.stop(userId(exchange));
  else run?.kill(userId(exchange), verb === 'term' ? 'Terminating sh' : 'Hard kill!');
  const referer = exchange.request.headers.referer;
  if (referer !== undefined) return sendEmpty(exchange, 302, { Location: referer });
  sendRedirect(exchange, `/${jobPath(build.job)}${build.number}/`);
}

async function sendArtifact(exchange: Exchange, build: BuildRecord, path: string): Promise<void> {
  const file = findArchived(exchange.site.server.builds.archiveOf(build), path);
  if (file === undefined) return sendNotFound(exchange);
  exchange.response.writeHead(200, {
    ...commonHeaders(),
    'Content-Security-Policy':
      "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';",
    'Content-Type': 'text/plain',
  });
  await pipeline(createReadStream(file), exchange.response).catch(() => exchange.response.destroy());
}
