import { afterEach, expect, test } from '@jest/globals';
import { ask, fields, startTarget, statusOf } from '../routing/wire.ts';
import { startNginx } from './nginx-under-test.ts';

/** Passed on byte by byte, the second time too. */
const PATH = '/instances/i1/a%2Fb//c?x=%2f';
const others: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
});

test('a coordinator that is away is told to people and to programs', async () => {
  const alone = await startNginx({ apiUpstream: '127.0.0.1:1', instancesUpstream: '127.0.0.1:1' });
  others.push(alone);
  const get = async (port: number, path: string, accept: string): Promise<string> =>
    ask(port, [`GET ${path} HTTP/1.1`, 'Host: h', `Accept: ${accept}`]);

  const page = await get(alone.pagesPort, '/', 'text/html');
  const problem = await get(alone.pagesPort, '/api/instances', 'application/json');
  const app = await get(alone.appsPort, '/instances/i1/', '*/*');

  expect([page, problem, app].map(statusOf)).toEqual([503, 503, 503]);
  expect(fields(page, 'content-type')).toEqual(['text/html; charset=utf-8']);
  expect(page).toContain('Las instancias siguen funcionando');
  expect(problem).toContain('"code":"coordinator_away"');
  expect(problem).toContain('"hint":"Send the same call again after 2 seconds."');
  expect([page, problem, app].map((one) => fields(one, 'retry-after')[0])).toEqual(['2', '2', '2']);
});

test.each([
  ['GET', 200, 2],
  ['PUT', 200, 2],
  ['POST', 503, 1],
])('a %s whose proxy dies is answered %i and has been sent %i times', async (method, status, times) => {
  let count = 0;
  const paths = new Set<string | undefined>();
  const dying = await startTarget((request, response) => {
    count += 1;
    paths.add(request.url);
    request.on('end', () => {
      if (count === 1) response.destroy();
      else response.end('from the other');
    });
    request.resume();
  });
  const front = await startNginx({ instancesUpstream: `127.0.0.1:${String(dying.port)}` });
  others.push(front, dying);

  const length = method === 'GET' ? [] : ['Content-Length: 0'];
  const reply = await ask(front.appsPort, [`${method} ${PATH} HTTP/1.1`, 'Host: h', ...length]);

  expect([statusOf(reply), count]).toEqual([status, times]);
  expect([...paths]).toEqual([PATH]);
});
