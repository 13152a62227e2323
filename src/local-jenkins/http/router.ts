import { sendBuildForm } from '../pages/build-form.ts';
import { sendJobPage, sendJobsPage } from '../pages/job-pages.ts';
import { CONSOLE_SCRIPT, STYLE_SHEET } from '../pages/page.ts';
import { sendSignInPage, signIn, signOut } from '../pages/sign-in.ts';
import type { Job } from '../store/job-store.ts';
import { DEFAULT_JOB_TREE, findBuild, jobView } from '../views/job-view.ts';
import { DEFAULT_SERVER_TREE, folderView, serverView } from '../views/server-view.ts';
import { send, sendEmpty, sessionCookie } from './answers.ts';
import { sendMethodNotAllowed, sendNotFound, sendSignInNeeded } from './error-pages.ts';
import { apiJson } from './api-json.ts';
import { crumbOf } from './authentication.ts';
import { routeBuild } from './build-routes.ts';
import type { Exchange } from './exchange.ts';
import { may, userId } from './exchange.ts';
import { routeQueue } from './queue-routes.ts';
import { build, buildWithParameters } from './trigger.ts';

/** Pages that nobody needs to be signed in for. */
export function routeOpen(exchange: Exchange): boolean {
  const path = exchange.segments.join('/');
  switch (path) {
    case 'login':
    case 'loginError':
      sendSignInPage(exchange, path === 'loginError');
      return true;
    case 'j_spring_security_check':
      if (exchange.method === 'POST') signIn(exchange);
      else sendMethodNotAllowed(exchange);
      return true;
    case 'whoAmI/api/json':
      sendWhoAmI(exchange);
      return true;
    case '_ark/style.css':
      sendFile(exchange, 'text/css', STYLE_SHEET);
      return true;
    case '_ark/console.js':
      sendFile(exchange, 'text/javascript', CONSOLE_SCRIPT);
      return true;
    default:
      return false;
  }
}

function sendFile(exchange: Exchange, type: string, body: string): void {
  send(exchange, { status: 200, headers: { 'Content-Type': `${type};charset=utf-8` }, body });
}

/** Everything else: only for somebody who is signed in. */
export async function route(exchange: Exchange): Promise<void> {
  if (exchange.user === undefined) return sendSignInNeeded(exchange);
  const [first = '', ...rest] = exchange.segments;
  if (first === 'job') return routeJob(exchange);
  if (first === 'queue') return routeQueue(exchange, rest);
  routeServer(exchange, exchange.segments.join('/'));
}

function routeServer(exchange: Exchange, path: string): void {
  const { server, rootUrl, executors } = exchange.site;
  switch (path) {
    case '':
      return sendJobsPage(exchange);
    case 'api/json':
      return apiJson(exchange, serverView(server, rootUrl, executors), DEFAULT_SERVER_TREE);
    case 'crumbIssuer/api/json':
      return sendCrumb(exchange);
    case 'me/api/json':
      return sendMe(exchange);
    case 'computer/api/json':
      return sendComputers(exchange);
    case 'logout':
      return signOut(exchange);
    default:
      return sendNotFound(exchange);
  }
}

async function routeJob(exchange: Exchange): Promise<void> {
  const { name, rest } = splitJobPath(exchange.segments);
  const { server, rootUrl } = exchange.site;
  const job = may(exchange, 'read') ? server.jobs.find(name) : undefined;
  if (job === undefined) {
    const folder = may(exchange, 'read') ? folderView(server, rootUrl, name) : undefined;
    if (folder === undefined || rest.join('/') !== 'api/json') return sendNotFound(exchange);
    return apiJson(exchange, folder, 'displayName,fullName,name,url,jobs[name,url,color]');
  }
  const [verb = '', ...below] = rest;
  const isBuild = await routeJobBuild(exchange, job, { verb, below });
  if (!isBuild) routeJobVerb(exchange, job, rest.join('/'));
}

async function routeJobBuild(
  exchange: Exchange,
  job: Job,
  { verb, below }: { verb: string; below: readonly string[] },
): Promise<boolean> {
  const found = findBuild(exchange.site.server, job.name, verb);
  if (found === undefined) return false;
  if (below.length === 0 && addSlash(exchange)) return true;
  await routeBuild(exchange, { job, build: found }, below);
  return true;
}

function routeJobVerb(exchange: Exchange, job: Job, path: string): void {
  const { server, rootUrl } = exchange.site;
  switch (path) {
    case '':
      if (!addSlash(exchange)) sendJobPage(exchange, job);
      return;
    case 'api/json':
      return apiJson(exchange, jobView(server, rootUrl, job), DEFAULT_JOB_TREE);
    case 'build':
      return exchange.method !== 'POST' && isBrowser(exchange)
        ? sendBuildForm(exchange, job)
        : build(exchange, job);
    case 'buildWithParameters':
      return buildWithParameters(exchange, job);
    default:
      return sendNotFound(exchange);
  }
}

/** People follow a link to the form; Jenkins answers it with 405, which some browsers then hide. */
function isBrowser({ request, isToken }: Exchange): boolean {
  return !isToken && (request.headers.accept ?? '').includes('text/html');
}

/** Relative links need the slash at the end of a page's address. True when the answer was sent. */
function addSlash(exchange: Exchange): boolean {
  if (exchange.path.endsWith('/')) return false;
  sendEmpty(exchange, 302, { Location: `${exchange.path.split('/').at(-1) ?? ''}/` });
  return true;
}

/** `job/a/job/b/5/stop` → a/b and the rest. A name with a slash in it is no name (observed). */
function splitJobPath(segments: readonly string[]): { name: string; rest: readonly string[] } {
  const names: string[] = [];
  let at = 0;
  while (segments[at] === 'job' && segments[at + 1] !== undefined) {
    names.push(segments[at + 1]?.replaceAll('/', '%2F') ?? '');
    at += 2;
  }
  return { name: names.join('/'), rest: segments.slice(at) };
}

function sendCrumb(exchange: Exchange): void {
  const cookie = sessionCookie(exchange)['Set-Cookie'];
  if (cookie !== undefined) exchange.response.setHeader('Set-Cookie', cookie);
  const view = {
    _class: 'hudson.security.csrf.DefaultCrumbIssuer',
    crumb: crumbOf(exchange, exchange.user),
    crumbRequestField: 'Jenkins-Crumb',
  };
  apiJson(exchange, view, 'crumb,crumbRequestField');
}

function sendWhoAmI(exchange: Exchange): void {
  const anonymous = exchange.user === undefined;
  const view = {
    _class: 'hudson.security.WhoAmI',
    anonymous,
    // also for nobody: ask `anonymous` (observed)
    authenticated: true,
    authorities: [anonymous ? 'anonymous' : 'authenticated'],
    name: userId(exchange),
  };
  apiJson(exchange, view, 'anonymous,authenticated,authorities,name');
}

function sendMe(exchange: Exchange): void {
  const id = userId(exchange);
  const absoluteUrl = `${exchange.site.rootUrl}user/${encodeURIComponent(id)}`;
  const view = {
    _class: 'hudson.model.User',
    absoluteUrl,
    description: null,
    fullName: id,
    id,
    property: [],
  };
  apiJson(exchange, view, 'absoluteUrl,description,fullName,id,property');
}

function sendComputers(exchange: Exchange): void {
  const { server, executors } = exchange.site;
  const busyExecutors = server.runningCount;
  const computer = [
    {
      _class: 'hudson.model.Hudson$MasterComputer',
      displayName: 'Built-In Node',
      idle: busyExecutors === 0,
      numExecutors: executors,
      offline: false,
    },
  ];
  const view = { _class: 'hudson.model.ComputerSet', busyExecutors, computer, totalExecutors: executors };
  apiJson(exchange, view, 'busyExecutors,computer[displayName,idle,numExecutors,offline],totalExecutors');
}
