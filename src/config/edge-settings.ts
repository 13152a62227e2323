import { isIP } from 'node:net';
import Joi from 'joi';
import { list, neededBy, port, setting, webUrl, wholeNumber } from './setting.ts';

export interface ServerSettings {
  ARK_API_HOST: string;
  ARK_API_PORT: number;
  ARK_PAGES_URL: string;
  ARK_APPS_URL: string;
  ARK_TRUSTED_PROXIES: string;
  ARK_WEB_DIR: string;
  ARK_BODY_LIMIT_KIB: number;
  ARK_CALLBACK_BODY_LIMIT_KIB: number;
  ARK_REQUEST_TIMEOUT_S: number;
}

export const serverSettings: Joi.StrictSchemaMap<ServerSettings> = {
  ARK_API_HOST: setting(Joi.string().hostname().default('127.0.0.1'), {
    summary: 'Address that the coordinator listens on: API, pages and callbacks.',
    role: 'coordinator',
  }),
  ARK_API_PORT: setting(port().default(5050), {
    summary: 'Port that the coordinator listens on.',
    role: 'coordinator',
  }),
  ARK_PAGES_URL: setting(webUrl().default('http://127.0.0.1:3000'), {
    summary:
      'Public address of the pages and the API, as a browser sees it. Its origin is the only one that may change things with a cookie.',
  }),
  ARK_APPS_URL: setting(webUrl().default('http://127.0.0.1:3001'), {
    summary: 'Public address of the instances. Another origin than the pages: code of tenants runs there.',
  }),
  ARK_TRUSTED_PROXIES: setting(
    list('addresses or networks (CIDR)', isNetwork).default('127.0.0.0/8,::1/128'),
    { summary: 'Whose X-Forwarded headers are believed: the addresses of nginx.' },
  ),
  ARK_WEB_DIR: setting(Joi.string().default('dist/web'), {
    summary: 'Folder of the built pages.',
    role: 'coordinator',
  }),
  ARK_BODY_LIMIT_KIB: setting(wholeNumber(1, 1024).default(64), {
    summary: 'Longest JSON body of an API call.',
    unit: 'KiB',
    role: 'coordinator',
  }),
  ARK_CALLBACK_BODY_LIMIT_KIB: setting(wholeNumber(64, 16_384).default(1024), {
    summary: 'Longest body of a callback.',
    unit: 'KiB',
    role: 'coordinator',
  }),
  ARK_REQUEST_TIMEOUT_S: setting(wholeNumber(1, 600).default(60), {
    summary: 'Longest time that a client may take to send one API request.',
    unit: 's',
    role: 'coordinator',
  }),
};

export interface AccessSettings {
  ARK_ADMIN_TOKEN?: string;
  ARK_SECRET?: string;
  ARK_CALLBACK_KEYS?: string;
  ARK_REVOKED_CALLBACK_KEYS: string;
  ARK_SESSION_S: number;
  ARK_SIGN_IN_S: number;
}

export const accessSettings: Joi.StrictSchemaMap<AccessSettings> = {
  ARK_ADMIN_TOKEN: setting(
    neededBy(
      'coordinator',
      Joi.string()
        .min(20)
        .max(200)
        .pattern(/^[A-Za-z0-9._~+/=-]+$/, 'token'),
    ),
    {
      summary:
        'Bearer token with every right. At least 20 letters and digits; `openssl rand -hex 32` makes one.',
      secret: true,
      role: 'coordinator',
    },
  ),
  ARK_SECRET: setting(neededBy('coordinator', Joi.string().custom(base64Of32Bytes)), {
    summary:
      'Derives leases and encrypts stored secrets; the same on all coordinators. 32 bytes in base64; `openssl rand -base64 32` makes one.',
    secret: true,
    role: 'coordinator',
  }),
  ARK_CALLBACK_KEYS: setting(
    neededBy('coordinator', list('keys of the form whsec_<base64 of 32 bytes>', isCallbackKey)),
    {
      summary: 'Keys that sign the callbacks of the jobs. Several during a rotation.',
      secret: true,
      role: 'coordinator',
    },
  ),
  ARK_REVOKED_CALLBACK_KEYS: setting(
    list('key ids (8 hexadecimal digits)', (id) => /^[0-9a-f]{8}$/.test(id))
      .allow('')
      .default(''),
    {
      summary: 'Ids of keys that are no longer believed. A job that uses one is told to stop.',
      role: 'coordinator',
    },
  ),
  ARK_SESSION_S: setting(wholeNumber(60, 604_800).default(43_200), {
    summary: 'How long a session lasts without being used. A used one ends after 7 days.',
    unit: 's',
    role: 'coordinator',
  }),
  ARK_SIGN_IN_S: setting(wholeNumber(60, 604_800).default(86_400), {
    summary: 'How long a one-use sign-in link is valid.',
    unit: 's',
    role: 'coordinator',
  }),
};

function base64Of32Bytes(text: string, helpers: Joi.CustomHelpers): unknown {
  return isBase64Of32Bytes(text)
    ? text
    : helpers.message({ custom: '{{#label}} must be 32 bytes in base64' });
}

function isCallbackKey(part: string): boolean {
  return part.startsWith('whsec_') && isBase64Of32Bytes(part.slice('whsec_'.length));
}

function isBase64Of32Bytes(text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === text;
}

function isNetwork(part: string): boolean {
  const [address = '', prefix, ...rest] = part.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}
