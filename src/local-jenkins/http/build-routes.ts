import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { BuildRecord } from '../model/build.ts';
import { sendBuildPage, sendConsolePage } from '../pages/build-pages.ts';
import { findArchived } from '../run/archive.ts';
import { jobPath } from '../run/build-environment.ts';
import type { Job } from '../store/job-store.ts';
import { DEFAULT_BUILD_TREE, buildView } from '../views/build-view.ts';
import {
  commonHeaders,
  sendDenied,
  sendEmpty,
  sendMethodNotAllowed,
  sendNotFound,
  sendRedirect,
  sendText,
} from './answers.ts';
import { apiJson, hasDepthOrTree } from './api-json.ts';
import { consoleText, progressiveText } from './build-log-answers.ts';
import type { Exchange } from './exchange.ts';
import { may, userId } from './exchange.ts';
import { routeRebuild, routeReplay } from './rerun-routes.ts';

/** Everything below /job/X/N. */
export async function routeBuild(
  exchange: Exchange,
  { job, build }: { job: Job; build: BuildRecord },
  rest: readonly string[],
): Promise<void> {
  const [verb = '', ...below] = rest;
  switch (verb) {
    case '':
      return sendBuildPage(exchange, job, build);
    case 'api':
      return below.join('/') === 'json' ? sendBuildJson(exchange, build) : sendNotFound(exchange);
    case 'stop':
    case 'term':
    case 'kill':
      return endBuild(exchange, build, verb);
    case 'console':
      return sendConsolePage(exchange, job, build);
    case 'consoleText':
      return consoleText(exchange, build);
    case 'logText':
      return below.join('/') === 'progressiveText'
        ? progressiveText(exchange, build)
        : sendNotFound(exchange);
    case 'buildNumber':
      return sendText(exchange, String(build.number));
    case 'artifact':
      return sendArtifact(exchange, build, below.join('/'));
    case 'rebuild':
      return routeRebuild(exchange, { job, build }, below.join('/'));
    case 'replay':
      return routeReplay(exchange, { job, build }, below.join('/'));
    default:
      // Jenkins answers any unknown verb with a 302 that leads nowhere (transcript f28)
      if (exchange.method !== 'POST' || below.length > 0) return sendNotFound(exchange);
      return sendRedirect(exchange, `/${jobPath(build.job)}${build.number}/${encodeURIComponent(verb)}/`);
  }
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
