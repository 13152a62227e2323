import { once } from 'node:events';
import { createServer } from 'node:net';
import type { LauncherSettings, PortSetting } from './settings.ts';

/** Throws, naming every taken port and the variable that moves it, before anything is started. */
export async function checkPorts({ ports, pagesHost, appsHost }: LauncherSettings): Promise<void> {
  const hosts: Readonly<Record<string, string>> = { pages: pagesHost, apps: appsHost };
  const all = Object.entries(ports).map(async ([use, setting]): Promise<string[]> => {
    const host = hosts[use] ?? '127.0.0.1';
    return (await isFree(host, setting))
      ? []
      : [`port ${String(setting.port)} of ${host} (${setting.variable})`];
  });
  const taken = (await Promise.all(all)).flat();
  const numbers = Object.values(ports).map(({ port }) => port);
  if (new Set(numbers).size < numbers.length) throw new Error('Two of the ports are the same number');
  if (taken.length === 0) return;
  throw new Error(
    `Something else listens on ${taken.join(', ')}. Stop it, or set the variable to another port.`,
  );
}

async function isFree(host: string, { port }: PortSetting): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
  }
}
