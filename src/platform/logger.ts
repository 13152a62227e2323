import winston from 'winston';
import { redact } from './redaction.ts';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Every field name that a log line may have: one name per fact, so that one search finds all lines of it. */
export interface LogFields {
  readonly requestId?: string | undefined;
  readonly deploymentId?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly productId?: string | undefined;
  readonly releaseId?: string | undefined;
  readonly hostId?: string | undefined;
  readonly endpoint?: string | undefined;
  /** host:port that a route leads to. */
  readonly target?: string | undefined;
  readonly seq?: string | undefined;
  readonly revision?: number | undefined;
  readonly phase?: string | undefined;
  readonly stage?: string | undefined;
  readonly jenkinsJob?: string | undefined;
  readonly buildNumber?: number | undefined;
  readonly queueId?: string | undefined;
  readonly callback?: string | undefined;
  readonly webhookId?: string | undefined;
  readonly keyId?: string | undefined;
  readonly user?: string | undefined;
  readonly method?: string | undefined;
  /** The route's pattern, or the path without its query. */
  readonly path?: string | undefined;
  readonly statusCode?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly bytes?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly errorCode?: string | undefined;
  /** Anything thrown; printed with its causes. */
  readonly error?: unknown;
  readonly reason?: string | undefined;
  readonly dependency?: string | undefined;
  readonly port?: number | undefined;
  /** Of the environment. */
  readonly variable?: string | undefined;
  /** Of a product. */
  readonly folder?: string | undefined;
  readonly count?: number | undefined;
  readonly pid?: number | undefined;
  /** What has no name of its own here. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * error: someone must act; warn: degraded; info: a state changed; debug: the rest. The message is constant,
 * the facts are fields. Values with secret names, and Secret values, are printed as [redacted].
 */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `json`: one object per line; `human`: for a developer's terminal. */
  readonly format: 'json' | 'human';
  /** The process that writes: coordinator, proxy, launcher… */
  readonly service: string;
  /** Standard output when absent. */
  readonly stream?: NodeJS.WritableStream;
  /** Fields of the work under way, asked at every line: the request id. */
  readonly context?: () => LogFields;
}

export function createLogger({ level, format, service, stream, context }: LoggerOptions): Logger {
  const sink = winston.createLogger({
    level,
    format: winston.format.printf((line) => (format === 'json' ? jsonLine(line) : humanLine(line))),
    transports: [new winston.transports.Stream({ stream: stream ?? process.stdout })],
    exitOnError: false,
  });
  return logTo((lineLevel, message, fields) => {
    if (!sink.isLevelEnabled(lineLevel)) return;
    const clean = redact({ ...context?.(), ...fields }) as Record<string, unknown>;
    sink.log({ level: lineLevel, message, service, time: new Date().toISOString(), fields: clean });
  }, {});
}

type Write = (level: LogLevel, message: string, fields: LogFields) => void;

function logTo(write: Write, own: LogFields): Logger {
  return {
    error: (message, fields) => {
      write('error', message, { ...own, ...fields });
    },
    warn: (message, fields) => {
      write('warn', message, { ...own, ...fields });
    },
    info: (message, fields) => {
      write('info', message, { ...own, ...fields });
    },
    debug: (message, fields) => {
      write('debug', message, { ...own, ...fields });
    },
    child: (fields) => logTo(write, { ...own, ...fields }),
  };
}

/** Says nothing: for tests and for parts used outside a service. */
export const noLog: Logger = logTo(() => undefined, {});

function jsonLine({ level, message, service, time, fields }: winston.Logform.TransformableInfo): string {
  return JSON.stringify({ time, level, service, message, ...(fields as object) });
}

function humanLine({ level, message, service, time, fields }: winston.Logform.TransformableInfo): string {
  const facts = Object.entries(fields as Record<string, unknown>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [
    String(time).slice(11, 23),
    level.padEnd(5),
    `[${String(service)}]`,
    String(message),
    ...facts,
  ].join(' ');
}
