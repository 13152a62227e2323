import { startLocalJenkins } from './local-jenkins.ts';
import { readSettings } from './settings.ts';

const LOOPBACK = /^(127\.[0-9.]+|::1|localhost)$/;
const NOTICE = 'WARN this is not Jenkins: it is the local stand-in of Ark Deploy, for laptops and tests only';
/** A second signal, or this time, ends the process at once. */
const CLOSE_MS = 10_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function warn(line: string): void {
  process.stderr.write(`WARN ${line}\n`);
}

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const jenkins = await startLocalJenkins(settings, { warn });
  say(NOTICE);
  if (!LOOPBACK.test(settings.host))
    say(`WARN ${settings.host} can be reached from elsewhere: builds run commands on this machine`);
  let isClosing = false;
  const end = (): void => {
    if (isClosing) process.exit(1);
    isClosing = true;
    setTimeout(() => process.exit(1), CLOSE_MS).unref();
    void jenkins.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  say(`listening on ${jenkins.url}`);
}

main().catch((error: unknown) => {
  warn(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
