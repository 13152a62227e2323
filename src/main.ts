import { startApp } from './app.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { toAppError } from './platform/errors.ts';

/** env → config → app; SIGTERM and SIGINT stop it in order, a second one at once. */
async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const starting = startApp(config);
  const stop = async (): Promise<void> => {
    process.once('SIGTERM', exitNow).once('SIGINT', exitNow);
    const app = await starting;
    const failed = await app.stop();
    process.exit(failed.length === 0 ? 0 : 1);
  };
  // A start that fails is told below, also when it was to be stopped meanwhile.
  const stopQuietly = (): void => void stop().catch(() => undefined);
  process.once('SIGTERM', stopQuietly).once('SIGINT', stopQuietly);
  await starting;
}

function exitNow(): void {
  process.exit(1);
}

main().catch((error: unknown) => {
  const words = error instanceof ConfigError ? error.message : `cannot start: ${toAppError(error).message}`;
  const { cause } = toAppError(error);
  process.stderr.write(`${words}${cause instanceof Error ? ` (${cause.stack ?? cause.message})` : ''}\n`);
  process.exit(1);
});
