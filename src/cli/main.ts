import { ApiCaller } from './api-caller.ts';
import { COMMANDS, USAGE } from './commands.ts';

/** `npm run ark -- COMMAND`: operators' acts on the coordinator's machine. Exit 0 done, 1 refused, 2 asked wrongly. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  const command = name === undefined ? undefined : COMMANDS[name];
  if (name === 'help' || [name, ...args].includes('--help')) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (command === undefined) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const answer = await command.run(ApiCaller.find(process.env), args);
  process.stdout.write(`${answer}\n`);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
