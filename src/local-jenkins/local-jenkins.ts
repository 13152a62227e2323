import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Faults } from './faults.ts';
import type { Site } from './http/exchange.ts';
import { createHttpServer } from './http/http-server.ts';
import { Sessions } from './http/sessions.ts';
import { JobServer } from './job-server.ts';
import type { Settings } from './settings.ts';
import { UserStore } from './store/user-store.ts';

export interface LocalJenkins {
  /** http://host:port of the socket, without a slash at the end. */
  readonly url: string;
  readonly server: JobServer;
  /** Ends running builds and their processes, then the server. */
  close(): Promise<void>;
}

export interface LocalJenkinsOptions {
  readonly warn: (line: string) => void;
  readonly clock?: () => number;
}

/** Starts the server and resolves when it answers. Rejects when the address cannot be bound. */
export async function startLocalJenkins(
  settings: Settings,
  options: LocalJenkinsOptions,
): Promise<LocalJenkins> {
  mkdirSync(settings.home, { recursive: true, mode: 0o700 });
  const ready: { site?: Site } = {};
  const http = createHttpServer({ site: () => ready.site, faults: settings.faults, warn: options.warn });
  const url = await listen(http, settings);
  const rootUrl = settings.rootUrl ?? `${url}/`;
  const { home, executors, quietPeriodMs, inherited } = settings;
  const server = new JobServer({ home, rootUrl, executors, inherited, ...options });
  server.start();
  ready.site = {
    server,
    users: new UserStore(join(home, 'users.json')),
    sessions: new Sessions(),
    faults: new Faults(),
    rootUrl,
    contextPath: new URL(rootUrl).pathname.replace(/\/$/, ''),
    bootId: randomBytes(4).toString('hex'),
    executors,
    quietPeriodMs,
  };
  return { url, server, close: () => close(http, server) };
}

async function listen(http: Server, { host, port }: Settings): Promise<string> {
  http.listen(port, host);
  await once(http, 'listening');
  const address = http.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${shown}:${address.port}`;
}

async function close(http: Server, server: JobServer): Promise<void> {
  const closed = once(http, 'close');
  http.close();
  await server.close();
  http.closeAllConnections();
  await closed;
}
