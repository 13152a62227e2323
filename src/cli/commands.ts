import type { ApiCaller } from './api-caller.ts';

interface Command {
  readonly summary: string;
  /** What is printed. Throws with words when it is refused. */
  run(api: ApiCaller, args: readonly string[]): Promise<string>;
}

/** By name; each acts through the API, so every act leaves the same trace. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  'sign-in': {
    summary: 'prints a link that signs a browser in once, within 24 hours',
    run: async (api) => (await api.call<{ url: string }>('POST', '/api/sign-in-links', {})).url,
  },
};

export const USAGE = [
  'usage: npm run ark -- COMMAND',
  ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`),
].join('\n');
