import { startApp } from './app.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { toAppError } from './platform/errors.ts';

/** env → config → app; SIGTERM and SIGINT stop it in order, a second one at once. */
async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const app = await startApp(config);
  const stop = (): void => {
    process.once('SIGTERM', exitNow).once('SIGINT', exitNow);
    void app.stop().then((failed) => process.exit(failed.length === 0 ? 0 : 1));
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
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
