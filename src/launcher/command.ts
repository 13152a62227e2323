import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly signal?: AbortSignal;
  /** Ends the command with SIGKILL after this time; 60 s unless told. */
  readonly timeoutMs?: number;
  /** What the command reads; nothing unless given. */
  readonly input?: string | Uint8Array;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

export interface CommandResult {
  /** Exit code; -1 when a signal or the time limit ended it, or it could not be started. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const STDERR_TAIL_CHARS = 2000;

/** Runs a command given as argv, without a shell. Throws with the tail of its error output unless it exits with 0. */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const result = await attempt(argv, options);
  if (result.code === 0) return result;
  const said = (result.stderr.trim() || result.stdout.trim()).slice(-STDERR_TAIL_CHARS);
  throw new Error(`${argv.slice(0, 4).join(' ')} failed (${String(result.code)}): ${said}`);
}

/** Runs a command and returns whatever came of it. Throws only when the signal is aborted. */
export async function attempt(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  options.signal?.throwIfAborted();
  const [command = '', ...args] = argv;
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const kill = (): boolean => child.kill('SIGKILL');
  const timer = setTimeout(kill, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  options.signal?.addEventListener('abort', kill, { once: true });
  try {
    return await collect(child, options.input);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', kill);
    options.signal?.throwIfAborted();
  }
}

async function collect(
  child: ReturnType<typeof spawn>,
  input: string | Uint8Array | undefined,
): Promise<CommandResult> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin?.on('error', () => undefined); // a command that does not read its input to the end is not a fault
  child.stdin?.end(input);
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      err.push(Buffer.from(error.message));
      resolve(-1);
    });
    child.once('close', (exitCode) => resolve(exitCode ?? -1));
  });
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}
