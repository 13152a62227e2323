import Joi from 'joi';
import { parseFaults } from '../platform/faults.ts';
import { LOG_LEVELS, type LogLevel } from '../platform/logger.ts';
import { port, setting, wholeNumber } from './setting.ts';

export interface ProcessSettings {
  NODE_ENV: 'production' | 'development' | 'test';
  ARK_ROLE: 'coordinator' | 'proxy';
  ARK_STATE_DIR: string;
  ARK_LOG_LEVEL: LogLevel;
  ARK_LOG_FORMAT: 'json' | 'human';
  ARK_STOP_S: number;
  ARK_FAULTS: string;
}

export const processSettings: Joi.StrictSchemaMap<ProcessSettings> = {
  NODE_ENV: setting(Joi.string().valid('production', 'development', 'test').default('development'), {
    summary: 'Production refuses what is meant for laptops and tests.',
  }),
  ARK_ROLE: setting(Joi.string().valid('coordinator', 'proxy').default('coordinator'), {
    summary: 'What this process is: the coordinator (API, pages, callbacks) or a proxy (instances).',
  }),
  ARK_STATE_DIR: setting(Joi.string().default('.ark/state'), {
    summary: 'Folder for what a process must remember without Redis: the generation it saw, its routes.',
  }),
  ARK_LOG_LEVEL: setting(
    Joi.string()
      .valid(...LOG_LEVELS)
      .default('info'),
    { summary: 'Lines below this level are not written.' },
  ),
  ARK_LOG_FORMAT: setting(Joi.string().valid('json', 'human').default('json'), {
    summary: 'One JSON object per line, or a line for people.',
  }),
  ARK_STOP_S: setting(wholeNumber(1, 600).default(15), {
    summary: 'Time for a clean stop: open exchanges end, then all is closed.',
    unit: 's',
  }),
  ARK_FAULTS: setting(
    Joi.string()
      .allow('')
      .custom(knownFaults)
      .default('')
      .when('NODE_ENV', {
        is: 'production',
        then: Joi.valid('').messages({ 'any.only': '{{#label}} must be empty in production' }),
      }),
    {
      summary:
        'For tests only: faults to inject, such as `decide.before=crash*1,claim.answer=drop`, or `@file` to read them from.',
    },
  ),
};

export interface ProxySettings {
  ARK_INSTANCES_HOST: string;
  ARK_INSTANCES_PORT: number;
  ARK_PROXY_ID: string;
  ARK_PROXY_ENGINE: 'middleware';
  ARK_STALE_ROUTES_S: number;
  ARK_CONNECT_TIMEOUT_MS: number;
  ARK_HEADER_TIMEOUT_S: number;
  ARK_IDLE_TIMEOUT_S: number;
}

export const proxySettings: Joi.StrictSchemaMap<ProxySettings> = {
  ARK_INSTANCES_HOST: setting(Joi.string().hostname().default('127.0.0.1'), {
    summary: 'Address that a proxy listens on.',
    role: 'proxy',
  }),
  ARK_INSTANCES_PORT: setting(port().default(5051), {
    summary: 'Port that a proxy listens on; all proxies of a machine share it.',
    role: 'proxy',
  }),
  ARK_PROXY_ID: setting(
    Joi.string()
      .pattern(/^[a-z0-9][a-z0-9-]{0,40}$/, 'name of small letters, digits and -')
      .default('proxy-1'),
    { summary: 'Name of this proxy: different for each, the same after a restart.', role: 'proxy' },
  ),
  ARK_PROXY_ENGINE: setting(Joi.string().valid('middleware').default('middleware'), {
    summary: 'How exchanges are carried.',
    role: 'proxy',
  }),
  ARK_STALE_ROUTES_S: setting(wholeNumber(0, 2_592_000).default(43_200), {
    summary: 'How long known routes are served while Redis is away.',
    unit: 's',
  }),
  ARK_CONNECT_TIMEOUT_MS: setting(wholeNumber(50, 60_000).default(3_000), {
    summary: 'Longest time to connect to an instance.',
    unit: 'ms',
    role: 'proxy',
  }),
  ARK_HEADER_TIMEOUT_S: setting(wholeNumber(1, 3_600).default(60), {
    summary: 'Longest time that an instance may take until its answer begins.',
    unit: 's',
    role: 'proxy',
  }),
  ARK_IDLE_TIMEOUT_S: setting(wholeNumber(1, 86_400).default(300), {
    summary: 'Longest pause within an answer; event streams and WebSockets have none.',
    unit: 's',
    role: 'proxy',
  }),
};

function knownFaults(text: string, helpers: Joi.CustomHelpers): unknown {
  if (text.startsWith('@')) return text;
  try {
    parseFaults(text);
    return text;
  } catch {
    return helpers.message({ custom: '{{#label}} must be like decide.before=crash*1,claim.answer=drop' });
  }
}
