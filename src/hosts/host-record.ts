import { isIP } from 'node:net';
import { isHostId, type Host } from './host.ts';

const VERSION = 1;

/** The text of the record `host:<id>`. */
export function hostText(host: Host): string {
  return JSON.stringify({ v: VERSION, ...host });
}

/** The host in a stored text. Throws an Error that names the field that is wrong. */
export function parseHost(text: string): Host {
  const record = JSON.parse(text) as Record<string, unknown> | null;
  if (typeof record !== 'object' || record === null) throw new Error('is no object');
  const id = textOf(record, 'id');
  if (!isHostId(id)) throw new Error('id is none');
  const address = textOf(record, 'address');
  if (isIP(address) === 0) throw new Error('address is no IP literal');
  return {
    id,
    address,
    name: textOf(record, 'name'),
    ssh_port: numberOf(record, 'ssh_port'),
    ssh_user: textOf(record, 'ssh_user'),
    host_key: textOf(record, 'host_key'),
    sudo: truthOf(record, 'sudo'),
    clients: textsOf(record, 'clients'),
    port_min: numberOf(record, 'port_min'),
    port_max: numberOf(record, 'port_max'),
    slots: numberOf(record, 'slots'),
    cordoned: truthOf(record, 'cordoned'),
    created_at: numberOf(record, 'created_at'),
  };
}

function textOf(record: Record<string, unknown>, field: string): string {
  const value = record[field];
  if (typeof value !== 'string') throw new Error(`${field} is no text`);
  return value;
}

function numberOf(record: Record<string, unknown>, field: string): number {
  const value = record[field];
  if (!Number.isSafeInteger(value)) throw new Error(`${field} is no whole number`);
  return value as number;
}

function truthOf(record: Record<string, unknown>, field: string): boolean {
  const value = record[field];
  if (typeof value !== 'boolean') throw new Error(`${field} is no truth`);
  return value;
}

function textsOf(record: Record<string, unknown>, field: string): readonly string[] {
  const value = record[field];
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (!isList) throw new Error(`${field} is no list of texts`);
  return value;
}
