import { EventEmitter } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import Jenkins, { type Exchange, type Middleware } from 'jenkins';
import type { Metrics } from '../../platform/metrics.ts';
import type { Secret } from '../../platform/secret.ts';
import type { Lane } from '../build-server.ts';
import { NoAnswer, type Answer } from './answer.ts';
import { BodySink } from './body-sink.ts';
import { CallLimiter, type CallLimits } from './call-limiter.ts';

export interface TransportOptions {
  /** `http(s)://host[:port][/path]`, without credentials. */
  readonly baseUrl: string;
  readonly user: string;
  readonly token: Secret;
  readonly deadlineMs: number;
  readonly bodyLimitBytes: number;
  readonly lanes: Readonly<Record<Lane, CallLimits>>;
  readonly metrics: Pick<Metrics, 'buildServerCall'>;
}

export interface Call {
  /** `show a build`: what it is to do, for errors and metrics. */
  readonly what: string;
  readonly method: 'GET' | 'POST';
  /** Below the base address, encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
  /** Keeps only this much of a longer body, of its head or its tail; without it a longer body is a fault. */
  readonly keep?: { readonly bytes: number; readonly end: 'head' | 'tail' };
  /** `work` unless told. */
  readonly lane?: Lane;
  readonly signal: AbortSignal;
}

/** A backstop behind our own deadlines: the package's own default is to wait for ever. */
const PACKAGE_TIMEOUT_MS = 120_000;
const IDLE_CONNECTIONS = 4;

/**
 * The only door to the `jenkins` package: one exchange, the answer whatever its status, redirects not followed,
 * no cookies, the token in a header of its own call.
 */
export class JenkinsTransport {
  readonly baseUrl: string;
  readonly #options: TransportOptions;
  readonly #client: Jenkins;
  readonly #agent: HttpAgent;
  readonly #lanes: Readonly<Record<Lane, CallLimiter>>;

  constructor(options: TransportOptions) {
    this.baseUrl = bareAddress(options.baseUrl);
    if (!options.token.reveal()) throw new RangeError('Jenkins needs an API token');
    this.#options = options;
    const headers = { referer: `${this.baseUrl}/`, 'user-agent': 'ark-deploy', 'accept-language': 'en' };
    this.#client = new Jenkins({
      baseUrl: this.baseUrl,
      crumbIssuer: false,
      headers,
      timeout: PACKAGE_TIMEOUT_MS,
    });
    const Agent = this.baseUrl.startsWith('https:') ? HttpsAgent : HttpAgent;
    this.#agent = new Agent({ keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS });
    const { work, watch } = options.lanes;
    this.#lanes = { work: new CallLimiter(work), watch: new CallLimiter(watch) };
  }

  close(): void {
    this.#agent.destroy();
  }

  /**
   * One exchange within its deadline, waiting for a free turn included. Throws NoAnswer when no whole answer
   * came, and the signal's reason when that is aborted. A GET on a kept connection that the server just closed
   * is repeated once; a POST never is, and always has a connection of its own.
   */
  async exchange(call: Call): Promise<Answer> {
    const startedAt = performance.now();
    let outcome = 'no_answer';
    try {
      const answer = await this.#exchangeInTime(call);
      outcome = String(answer.status);
      return answer;
    } finally {
      const seconds = (performance.now() - startedAt) / 1_000;
      this.#options.metrics.buildServerCall(call.what, outcome, seconds);
    }
  }

  async #exchangeInTime(call: Call): Promise<Answer> {
    call.signal.throwIfAborted();
    const deadlineMs = call.deadlineMs ?? this.#options.deadlineMs;
    const deadline = AbortSignal.timeout(deadlineMs);
    const signal = AbortSignal.any([call.signal, deadline]);
    let sent = false;
    try {
      return await this.#lanes[call.lane ?? 'work'].run(() => {
        sent = true;
        return this.#exchangeOnKept({ ...call, signal });
      }, signal);
    } catch (error) {
      call.signal.throwIfAborted();
      if (deadline.aborted) throw new NoAnswer(`no answer within ${deadlineMs} ms`, sent, error);
      throw error;
    }
  }

  async #exchangeOnKept(call: Call): Promise<Answer> {
    if (call.method === 'POST') return this.#send(call, false);
    try {
      return await this.#send(call, this.#agent);
    } catch (error) {
      if (call.signal.aborted || !isReset(error)) throw error;
      return this.#send(call, false);
    }
  }

  async #send(call: Call, agent: HttpAgent | false): Promise<Answer> {
    const ctx = new EventEmitter();
    let fault: string | undefined;
    const cancel = (detail: string): void => {
      fault ??= detail;
      ctx.emit('cancel');
    };
    const sink = new BodySink({
      limitBytes: call.keep?.bytes ?? this.#options.bodyLimitBytes,
      longer: call.keep?.end ?? 'refuse',
      onFault: cancel,
    });
    const abort = (): void => cancel('the call was ended');
    call.signal.addEventListener('abort', abort, { once: true });
    try {
      const { res, err } = await this.#request(call, { ctx, agent, pipe: sink });
      // The package counts every status but 2xx as an error.
      if (!res?.complete || (err && !('isResponse' in err))) throw err ?? new Error('no answer');
      const text = this.#withoutToken(sink.text);
      return { status: res.statusCode ?? 0, headers: res.headers, text, isCut: sink.isCut };
    } catch (error) {
      throw toNoAnswer(error, fault);
    } finally {
      call.signal.removeEventListener('abort', abort);
    }
  }

  async #request(
    { method, path, query, form }: Call,
    how: { readonly ctx: EventEmitter; readonly agent: HttpAgent | false; readonly pipe: BodySink },
  ): Promise<Exchange> {
    const request = {
      path: query ? `${path}?${new URLSearchParams(query).toString()}` : path,
      headers: { authorization: this.#authorization(), ...(form ? { 'content-type': FORM } : {}) },
      ...(form ? { body: Buffer.from(new URLSearchParams(form).toString()) } : {}),
      ...how,
    };
    const report: Middleware = (exchange, next) => next(false, { res: exchange.res, err: exchange.err });
    const answer =
      method === 'GET' ? this.#client._get(request, report) : this.#client._post(request, report);
    return (await answer) as Exchange;
  }

  /** Some servers send back what they got; it must not reach an error message. */
  #withoutToken(text: string): string {
    const basic = this.#authorization().slice('Basic '.length);
    return text.replaceAll(basic, '[redacted]').replaceAll(this.#options.token.reveal(), '[redacted]');
  }

  #authorization(): string {
    const { user, token } = this.#options;
    return `Basic ${Buffer.from(`${user}:${token.reveal()}`).toString('base64')}`;
  }
}

const FORM = 'application/x-www-form-urlencoded;charset=UTF-8';

function bareAddress(baseUrl: string): string {
  const url = new URL(baseUrl);
  if (url.username || url.password) throw new RangeError('no credentials in the address of Jenkins');
  if (!/^https?:$/.test(url.protocol)) throw new RangeError('the address of Jenkins must be http or https');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function toNoAnswer(error: unknown, fault: string | undefined): NoAnswer {
  if (fault) return new NoAnswer(fault, true, error);
  const detail = codeOf(error) ?? 'the connection broke';
  return new NoAnswer(`no connection or a broken one (${detail})`, !failedToConnect(error), error);
}

/** True when the error came from name lookup or connect: nothing was sent. */
function failedToConnect(error: unknown): boolean {
  const { errors, syscall } = error as NodeJS.ErrnoException & Partial<AggregateError>;
  if (errors) return errors.every(failedToConnect);
  return syscall === 'connect' || syscall === 'getaddrinfo';
}

function isReset(error: unknown): boolean {
  return error instanceof NoAnswer && ['ECONNRESET', 'EPIPE'].includes(codeOf(error.cause) ?? '');
}

function codeOf(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
