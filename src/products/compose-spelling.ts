import type { Json } from './yaml-document.ts';

type JsonObject = { [key: string]: Json };

/**
 * The document with one spelling where Compose knows several: `version` left out, environment and labels as
 * maps of text, `deploy.resources.limits` as the service's own limits (Compose 1 ignores the former).
 * What it cannot respell it leaves for the allow-list to refuse. Pure.
 */
export function spellAlike(document: Json): Json {
  if (!isObject(document)) return document;
  const { version: _version, ...rest } = document;
  if (!isObject(rest['services'])) return rest;
  const services: JsonObject = Object.create(null) as JsonObject;
  for (const [name, service] of Object.entries(rest['services'])) services[name] = respellService(service);
  return { ...rest, services };
}

function respellService(service: Json): Json {
  if (!isObject(service)) return service;
  const result: JsonObject = { ...service };
  for (const key of ['environment', 'labels']) {
    if (result[key] !== undefined) result[key] = respellMap(result[key]);
  }
  return respellLimits(result);
}

/** `["A=b"]` as `{A: "b"}`, whole numbers as text. Entries without `=` and doubled names stay, to be refused. */
function respellMap(value: Json): Json {
  if (Array.isArray(value)) {
    const map: JsonObject = Object.create(null) as JsonObject;
    for (const entry of value) {
      const cut = typeof entry === 'string' ? entry.indexOf('=') : -1;
      if (typeof entry !== 'string' || cut < 1 || Object.hasOwn(map, entry.slice(0, cut))) return value;
      map[entry.slice(0, cut)] = entry.slice(cut + 1);
    }
    return map;
  }
  if (!isObject(value)) return value;
  const map: JsonObject = Object.create(null) as JsonObject;
  for (const [name, item] of Object.entries(value))
    map[name] = typeof item === 'number' && Number.isInteger(item) ? String(item) : item;
  return map;
}

const LIMITS: Readonly<Record<string, string>> = { cpus: 'cpus', memory: 'mem_limit', pids: 'pids_limit' };

function respellLimits({ deploy, ...service }: JsonObject): Json {
  if (deploy === undefined) return service;
  const unchanged = { ...service, deploy };
  const resources = onlyField(deploy, 'resources');
  const limits = resources === undefined ? undefined : onlyField(resources, 'limits');
  if (limits === undefined || !isObject(limits)) return unchanged;
  const result: JsonObject = { ...service };
  for (const [name, value] of Object.entries(limits)) {
    const own = Object.hasOwn(LIMITS, name) ? LIMITS[name] : undefined;
    if (own === undefined || Object.hasOwn(service, own)) return unchanged;
    result[own] = value;
  }
  return result;
}

function onlyField(value: Json, name: string): Json | undefined {
  return isObject(value) && Object.keys(value).length === 1 ? value[name] : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
