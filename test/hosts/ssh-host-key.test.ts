import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { hostKeyLine } from '../../src/hosts/host-key.ts';
import { sshHostKeys } from '../../src/hosts/ssh-host-key.ts';
import { startTestHosts, type TestHosts } from '../testbed/hosts.ts';
import { freePort } from '../testbed/redis.ts';

const { signal } = new AbortController();
const opened: { server: Server; sockets: Set<Socket> }[] = [];
let bed: TestHosts;

beforeAll(async () => {
  bed = await startTestHosts({ count: 1 }, signal);
}, 40_000);
afterAll(async () => bed.close(), 30_000);
afterEach(async () => {
  for (const { server, sockets } of opened.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
});

/** Something that is no SSH server. */
async function listen(answer: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    answer(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({ server, sockets });
  return (server.address() as AddressInfo).port;
}

function realHost() {
  const [host] = bed.hosts;
  if (host === undefined) throw new Error('no host');
  return host;
}

test('a host shows the key that its sshd has, any type or this one asked for', async () => {
  const { address, hostKey } = realHost();
  const type = hostKey.split(' ')[0] ?? '';

  const [any, typed] = await Promise.all([
    sshHostKeys.fetch({ address, port: 22 }, { signal }),
    sshHostKeys.fetch({ address, port: 22 }, { type, signal }),
  ]);

  expect(hostKeyLine(any)).toBe(hostKey);
  expect(typed).toEqual(any);
});

test('a host without a key of the asked type shows none', async () => {
  const target = { address: realHost().address, port: 22 };

  await expect(sshHostKeys.fetch(target, { type: 'ssh-rsa', signal })).rejects.toMatchObject({
    code: 'host_unreachable',
  });
});

test.each<[string, (socket: Socket) => void]>([
  ['closes at once', (socket) => socket.end()],
  ['resets', (socket) => socket.resetAndDestroy()],
  ['speaks HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  [
    'sends garbage after the banner',
    (socket) => socket.write(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(5000, 0xff)])),
  ],
])('something that %s is unreachable', async (_what, answer) => {
  const port = await listen(answer);

  await expect(sshHostKeys.fetch({ address: '127.0.0.1', port }, { signal })).rejects.toMatchObject({
    code: 'host_unreachable',
  });
});

test('a port that nobody has is unreachable', async () => {
  const port = await freePort();

  await expect(sshHostKeys.fetch({ address: '127.0.0.1', port }, { signal })).rejects.toMatchObject({
    code: 'host_unreachable',
  });
});

test('something that never answers is unreachable after five seconds', async () => {
  const port = await listen(() => undefined);
  const before = Date.now();

  await expect(sshHostKeys.fetch({ address: '127.0.0.1', port }, { signal })).rejects.toMatchObject({
    code: 'host_unreachable',
  });

  expect(Date.now() - before).toBeGreaterThan(4_500);
  expect(Date.now() - before).toBeLessThan(8_000);
});

test('a question that is called off ends at once with the reason', async () => {
  const port = await listen(() => undefined);
  const aborter = new AbortController();
  const asked = sshHostKeys.fetch({ address: '127.0.0.1', port }, { signal: aborter.signal });

  aborter.abort(new Error('called off'));

  await expect(asked).rejects.toThrow('called off');
});
