import { PHASES, type Phase } from './phases.ts';
import type { Deployment } from './deployment.ts';
import type { Instance } from './instance.ts';

type Kind = 'text' | 'number' | 'flag' | 'json';
type Fields = Readonly<Record<string, string>>;

// Texts that scripts compare stay plain; only what no script reads is JSON. A number that is absent has no field.
const INSTANCE_FIELDS: Readonly<Record<keyof Instance, Kind>> = {
  id: 'text',
  product_id: 'text',
  client_name: 'text',
  environment: 'text',
  host_id: 'text',
  desired: 'text',
  desired_release: 'text',
  live_release: 'text',
  live_deployment: 'text',
  live_seq: 'text',
  live_endpoints: 'json',
  active: 'text',
  waiting: 'text',
  last_deployment: 'text',
  last_seq: 'text',
  health: 'json',
  created_at: 'number',
  created_by: 'text',
  expires_at: 'number',
  deleted_at: 'number',
};

const DEPLOYMENT_FIELDS: Readonly<Record<Exclude<keyof Deployment, 'times'>, Kind>> = {
  id: 'text',
  instance_id: 'text',
  kind: 'text',
  release_id: 'text',
  product_id: 'text',
  host_id: 'text',
  phase: 'text',
  created_at: 'number',
  deadline_at: 'number',
  held_at: 'number',
  held_ms: 'number',
  trigger: 'text',
  by: 'text',
  why: 'text',
  job: 'text',
  posted_at: 'number',
  sent: 'json',
  queue_id: 'text',
  queue_why: 'text',
  build: 'json',
  claimed_at: 'number',
  seq: 'text',
  ports: 'json',
  candidate: 'json',
  decision: 'json',
  decision_revision: 'number',
  old_targets: 'json',
  reason: 'json',
  cancel: 'json',
  stopped_live: 'flag',
  recovered_by: 'text',
  keep_data: 'flag',
  log_tail: 'text',
  fenced_at: 'number',
  finished_at: 'number',
};

export function encodeInstance(instance: Instance): Fields {
  return { v: '1', ...encode(instance as unknown as Record<string, unknown>, INSTANCE_FIELDS) };
}

export function decodeInstance(fields: Fields): Instance | undefined {
  if (fields['id'] === undefined) return undefined;
  return decode(fields, INSTANCE_FIELDS) as unknown as Instance;
}

export function encodeDeployment(deployment: Partial<Deployment>): Fields {
  return encode(deployment, DEPLOYMENT_FIELDS);
}

export function decodeDeployment(fields: Fields): Deployment | undefined {
  if (fields['id'] === undefined) return undefined;
  const times: Partial<Record<Phase, number>> = {};
  for (const phase of PHASES) {
    const at = fields[`at_${phase}`];
    if (at !== undefined) times[phase] = Number(at);
  }
  return { ...decode(fields, DEPLOYMENT_FIELDS), times } as unknown as Deployment;
}

function encode(record: Record<string, unknown>, kinds: Readonly<Record<string, Kind>>): Fields {
  const fields: Record<string, string> = {};
  for (const [name, kind] of Object.entries(kinds)) {
    const value = record[name];
    if (value === undefined) continue;
    fields[name] = encodeValue(value, kind);
  }
  return fields;
}

function encodeValue(value: unknown, kind: Kind): string {
  if (kind === 'json') return JSON.stringify(value);
  if (kind === 'flag') return value === true ? '1' : '';
  return String(value);
}

function decode(fields: Fields, kinds: Readonly<Record<string, Kind>>): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(kinds)) {
    const text = fields[name];
    if (kind === 'text') record[name] = text ?? '';
    else if (kind === 'flag') record[name] = text === '1';
    else if (text !== undefined && text !== '')
      record[name] = kind === 'number' ? Number(text) : JSON.parse(text);
  }
  return record;
}
