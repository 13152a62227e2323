// Fills nginx/ark.conf.template. A function for launcher and tests, and a command for Compose and operators:
//   node nginx/render.mjs [FILE]     reads ARK_* from the environment; without FILE it prints
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TEMPLATE = join(import.meta.dirname, 'ark.conf.template');

/**
 * @typedef {object} NginxSettings
 * @property {string} [pagesHost] Address that the pages listen on. 127.0.0.1 unless told.
 * @property {number} [pagesPort] 3000 unless told.
 * @property {string} [pagesName] server_name of the pages, where both origins share a port.
 * @property {string} [appsHost] As for the pages.
 * @property {number} [appsPort] 3001 unless told.
 * @property {string} [appsName]
 * @property {string} [appsUrl] Public address of the apps origin, without a slash at the end.
 * @property {string} [apiUpstream] host:port of the coordinator.
 * @property {string} [instancesUpstream] host:port that the proxies share, or one for each with commas between them.
 * @property {string} [accessLog] File relative to the prefix, /dev/stdout, or off.
 * @property {readonly string[]} [outerProxies] Addresses or CIDRs of proxies in front of nginx.
 * @property {number | 'auto'} [workers]
 */

/**
 * The configuration as text. Throws a TypeError that names the setting that cannot be used.
 * @param {NginxSettings} settings
 * @returns {string}
 */
export function renderNginx(settings = {}) {
  const values = toValues(settings);
  return readFileSync(TEMPLATE, 'utf8').replace(
    /^[ \t]*\$\{(ARK_OUTER_\w+)\}\n|\$\{(ARK_\w+)\}/gm,
    (_all, block, name) => {
      const value = values[block ?? name];
      if (value === undefined) throw new TypeError(`the template asks for ${block ?? name}`);
      return value;
    },
  );
}

/**
 * The settings that the environment asks for.
 * @param {Record<string, string | undefined>} env
 * @returns {NginxSettings}
 */
export function settingsFromEnvironment(env) {
  const appsHost = env.ARK_APPS_HOST || '127.0.0.1';
  const appsPort = portFrom(env, 'ARK_APPS_PORT', 3001);
  return {
    pagesHost: env.ARK_PAGES_HOST || '127.0.0.1',
    pagesPort: portFrom(env, 'ARK_PAGES_PORT', 3000),
    pagesName: env.ARK_PAGES_NAME || '_',
    appsHost,
    appsPort,
    appsName: env.ARK_APPS_NAME || '_',
    appsUrl: env.ARK_APPS_URL || `http://127.0.0.1:${appsPort}`,
    apiUpstream: `${env.ARK_API_HOST || '127.0.0.1'}:${portFrom(env, 'ARK_API_PORT', 5050)}`,
    instancesUpstream: (env.ARK_INSTANCES_HOST || '127.0.0.1')
      .split(',')
      .map((host) => `${host}:${portFrom(env, 'ARK_INSTANCES_PORT', 5051)}`)
      .join(','),
    accessLog: env.ARK_NGINX_ACCESS_LOG || 'access.log',
    outerProxies: (env.ARK_OUTER_PROXIES || '').split(/[\s,]+/).filter(Boolean),
    workers: env.ARK_NGINX_WORKERS === undefined ? 'auto' : Number(env.ARK_NGINX_WORKERS),
  };
}

/** @param {NginxSettings} settings */
function toValues(settings) {
  const outer = (settings.outerProxies ?? []).map((cidr) => check('outerProxies', cidr, isCidr));
  const realIp = outer.map((cidr) => `  set_real_ip_from ${cidr};\n`);
  if (realIp.length > 0) realIp.push('  real_ip_header X-Forwarded-For;\n', '  real_ip_recursive on;\n');
  return {
    ARK_PAGES_LISTEN: listen('pages', settings.pagesHost ?? '127.0.0.1', settings.pagesPort ?? 3000),
    ARK_PAGES_NAME: check('pagesName', settings.pagesName ?? '_', isName),
    ARK_APPS_LISTEN: listen('apps', settings.appsHost ?? '127.0.0.1', settings.appsPort ?? 3001),
    ARK_APPS_NAME: check('appsName', settings.appsName ?? '_', isName),
    ARK_APPS_URL: check(
      'appsUrl',
      (settings.appsUrl ?? 'http://127.0.0.1:3001').replace(/\/$/, ''),
      isOrigin,
    ),
    ARK_API_UPSTREAM: check('apiUpstream', settings.apiUpstream ?? '127.0.0.1:5050', isAuthority),
    ARK_INSTANCES_UPSTREAM: servers(settings.instancesUpstream ?? '127.0.0.1:5051'),
    ARK_NGINX_ACCESS_LOG: check('accessLog', settings.accessLog ?? 'access.log', isPath),
    ARK_NGINX_WORKERS: check('workers', String(settings.workers ?? 'auto'), (text) =>
      /^(?:auto|[1-9]\d?)$/.test(text),
    ),
    ARK_OUTER_GEO: outer.map((cidr) => `    ${cidr} 1;\n`).join(''),
    ARK_OUTER_REAL_IP: realIp.join(''),
  };
}

/** @type {(name: string, host: string, port: number) => string} */
function listen(name, host, port) {
  check(`${name}Host`, host, (text) => isIP(text) !== 0);
  check(
    `${name}Port`,
    String(port),
    (text) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535,
  );
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The servers of an upstream. One of several that does not answer is passed over for a second; a single one is always
 * asked.
 * @type {(authorities: string) => string}
 */
function servers(authorities) {
  const all = authorities.split(',').map((one) => check('instancesUpstream', one, isAuthority));
  return all.length === 1
    ? all[0]
    : all.map((one) => `${one} max_fails=1 fail_timeout=1s`).join(';\n    server ');
}

/** A value that goes into the file has a strict form: nothing in it can end a directive. */
function check(name, value, isGood) {
  if (!isGood(value)) throw new TypeError(`nginx setting ${name} cannot be ${JSON.stringify(value)}`);
  return value;
}

const isName = (text) => /^(?:_|[A-Za-z0-9.*-]+)$/.test(text);
const isOrigin = (text) => /^https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?$/.test(text);
const isAuthority = (text) => /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$/.test(text);
const isPath = (text) => /^[A-Za-z0-9_./-]+$/.test(text) && !text.split('/').includes('..');

function isCidr(text) {
  const [address, bits, ...rest] = text.split('/');
  const version = isIP(address);
  return (
    version !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
  );
}

function portFrom(env, name, fallback) {
  return env[name] === undefined || env[name] === '' ? fallback : Number(env[name]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , file] = process.argv;
  const text = renderNginx(settingsFromEnvironment(process.env));
  if (file === undefined) process.stdout.write(text);
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
