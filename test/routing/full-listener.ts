import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

const PROGRAM = `
import socket, sys
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
`;

/** A port whose queue is full and that nobody accepts from: the system drops every further connection attempt. */
export async function startFullListener(): Promise<{ port: number; close(): Promise<void> }> {
  const program = spawn('python3', ['-c', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(program.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  const fillers: Socket[] = Array.from({ length: 4 }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  );
  await Promise.any(fillers.map(async (filler) => once(filler, 'connect'))); // the one that the queue holds
  return {
    port,
    close: async () => {
      for (const filler of fillers) filler.destroy();
      const ended = once(program, 'exit');
      program.stdin.end();
      await ended;
    },
  };
}
