import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import {
  JenkinsBuildServer,
  type JenkinsOptions,
} from '../../../src/deployments/jenkins/jenkins-build-server.ts';
import { Secret } from '../../../src/platform/secret.ts';

export const TOKEN = '11aabbccddeeff';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly socket: Socket;
}

/** Answers one request, in whatever way, faults included. */
export type Reply = (res: ServerResponse, seen: Seen) => void;

/** A server that answers what the test tells it to, in order, and keeps what it was asked. */
export class ScriptedJenkins {
  readonly seen: Seen[] = [];
  readonly #server = createServer((req, res) => void this.#handle(req, res));
  readonly #replies: Reply[] = [];
  readonly #clients: JenkinsBuildServer[] = [];
  #always: Reply | undefined;

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A client of this server, closed with it. */
  client(options: Partial<JenkinsOptions> = {}): JenkinsBuildServer {
    const client = new JenkinsBuildServer({
      baseUrl: this.url,
      user: 'bot',
      token: new Secret(TOKEN),
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  reply(...replies: Reply[]): this {
    this.#replies.push(...replies);
    return this;
  }

  /** The answer to every request beyond the ones in order. */
  replyAlways(reply: Reply): this {
    this.#always = reply;
    return this;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of req) body += String(chunk);
    const { method = '', url = '', headers, socket } = req;
    const seen = { method, url, headers, body, socket };
    this.seen.push(seen);
    const reply = this.#replies.shift() ?? this.#always;
    if (reply) reply(res, seen);
    else res.writeHead(418).end(`nobody told me what to answer to ${method} ${url}`);
  }
}

/** An answer of a real Jenkins 2.516.2, `fixtures/<name>.http`: status, headers, empty line, body. */
export function recorded(name: string): Reply {
  const text = readFileSync(path.join(import.meta.dirname, 'fixtures', `${name}.http`), 'utf8');
  const end = text.indexOf('\n\n');
  const [status, ...lines] = text.slice(0, end).split('\n').filter(Boolean);
  const headers = lines.flatMap((line) => [
    line.slice(0, line.indexOf(':')),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return (res) => res.writeHead(Number(status), headers).end(text.slice(end + 2));
}

export function answer(status: number, headers: Record<string, string>, body = ''): Reply {
  return (res) => res.writeHead(status, headers).end(body);
}

/** JSON as Jenkins sends it. */
export function json(value: unknown, session = '1ab485b6'): Reply {
  const headers = {
    'x-jenkins': '2.516.2',
    'x-jenkins-session': session,
    'content-type': 'application/json',
  };
  return answer(200, headers, typeof value === 'string' ? value : JSON.stringify(value));
}

export const reset: Reply = (res) => res.socket?.resetAndDestroy();
export const silence: Reply = () => undefined;

/** The head and half of the body, then the end of the connection. */
export const cutBody: Reply = (res) => {
  res.writeHead(200, {
    'content-type': 'application/json',
    'x-jenkins': '2.516.2',
    'content-length': '1000',
  });
  res.write('{"number":1,');
  setTimeout(() => res.destroy(), 20);
};

export interface BuildFields {
  readonly number: number;
  readonly timestamp?: number;
  readonly building?: boolean;
  readonly result?: string | null;
  readonly deploymentId?: string;
  readonly users?: readonly string[];
}

/** A build as JSON of Jenkins. */
export function aBuild({
  deploymentId = 'd-1',
  users = ['bot'],
  ...fields
}: BuildFields): Record<string, unknown> {
  const actions = [
    { _class: 'hudson.model.ParametersAction', parameters: [{ name: 'DEPLOYMENT_ID', value: deploymentId }] },
    {},
    {
      _class: 'hudson.model.CauseAction',
      causes: users.map((userId) => ({
        _class: 'hudson.model.Cause$UserIdCause',
        shortDescription: `Started by user ${userId}`,
        userId,
      })),
    },
  ];
  return { building: false, result: 'SUCCESS', timestamp: 1_795_326_892_235, actions, ...fields };
}
