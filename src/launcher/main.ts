import { startChain, type Chain } from './chain.ts';
import { deployDemo, findDemo, type DemoInstance } from './demo.ts';
import { JENKINS_OPERATOR, jenkinsUrl } from './jenkins-service.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import { readSettings, USAGE, type LauncherSettings } from './settings.ts';

const reporter = createReporter((line) => process.stdout.write(`${line}\n`));

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    reporter.say(USAGE);
    return 0;
  }
  const settings = readSettings(args, process.env);
  const stop = new AbortController();
  let exitCode = 0;
  // a terminal sends Ctrl-C to all of us and npm passes it on once more: only the first one counts
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const onGivenUp = (): void => {
    exitCode = 1;
    stop.abort();
  };
  await bringUp(settings, { signal: stop.signal, onGivenUp }).catch((error: unknown) => {
    if (stop.signal.aborted) return;
    reporter.say(`Not started: ${error instanceof Error ? error.message : String(error)}`);
    exitCode = 1;
  });
  return exitCode;
}

interface Running {
  readonly signal: AbortSignal;
  readonly onGivenUp: (name: string) => void;
}

/** Starts everything, stays until the signal, stops everything. */
async function bringUp(settings: LauncherSettings, running: Running): Promise<void> {
  const startedAt = Date.now();
  const chain = await startChain({ settings, reporter, ...running });
  try {
    const demo = settings.demo ? await ensureDemo(chain, reporter, running.signal) : undefined;
    const signInUrl = await chain.api.signInUrl();
    writeRunFile(chain, signInUrl, demo);
    announce(chain, { signInUrl, demo, seconds: (Date.now() - startedAt) / 1000 });
    await untilAborted(running.signal);
  } finally {
    removeRunFile(settings);
    reporter.say('\nStopping …');
    await reporter.step('All stopped', async () => {
      const late = await chain.close();
      if (late.length > 0) reporter.say(`Did not end in time: ${late.join(', ')}`);
    });
  }
}

async function ensureDemo(chain: Chain, { step }: Reporter, signal: AbortSignal): Promise<DemoInstance> {
  const around = { settings: chain.settings, api: chain.api, signal };
  const found = await step('Looking for the demo of an earlier start', async () => findDemo(around));
  return (
    found ??
    (await step('Deploying hello: API, Jenkins, Ansible, SSH, Compose', async () => deployDemo(around)))
  );
}

interface Announcement {
  readonly signInUrl: string;
  readonly demo: DemoInstance | undefined;
  readonly seconds: number;
}

function announce({ settings, secrets }: Chain, { signInUrl, demo, seconds }: Announcement): void {
  const lines = [
    '',
    `Ark Deploy is up after ${seconds.toFixed(1)} s.`,
    '',
    `  Sign in (once)   ${signInUrl}`,
    `  Pages            ${settings.pagesUrl}/`,
    `  Instances        ${settings.appsUrl}/instances/`,
    `  Local Jenkins    ${jenkinsUrl(settings)}/   user ${JENKINS_OPERATOR}, password ${secrets.jenkinsPassword.reveal()}`,
    ...(demo === undefined ? [] : [`  Live instance    ${demo.url}`]),
    '',
    `  State and logs   ${settings.stateDir}`,
    '  Ctrl-C stops everything; the next start finds it again.',
  ];
  lines.forEach(reporter.say);
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const keepAlive = setInterval(() => undefined, 60_000); // listeners for signals alone do not keep a process alive
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearInterval(keepAlive);
}

void main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
