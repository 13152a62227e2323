import Joi from 'joi';
import { moment, text, type Shown } from '../http/answer-schemas.ts';
import { iso } from '../platform/moment.ts';
import { fingerprintOf, toHostKey } from './host-key.ts';
import type { HostCheck } from './host-registrar.ts';
import type { Host, HostLoad } from './host.ts';

/** A host as the API shows it: the fingerprint of its key instead of the key, and how busy it is. */
export interface HostView extends Omit<Host, 'id' | 'host_key' | 'created_at'> {
  readonly host_id: string;
  readonly host_key_type: string | null;
  readonly host_key_fingerprint: string | null;
  /** How many deployments are active here, and how many wait. */
  readonly active: number;
  readonly waiting: number;
  /** ISO 8601 in UTC. */
  readonly created_at: string;
}

export function toHostView(host: Host, load: HostLoad): HostView {
  const { id, host_key: pinned, created_at: createdAt, ...fields } = host;
  const key = toHostKey(pinned);
  return {
    host_id: id,
    ...fields,
    host_key_type: key?.type ?? null,
    host_key_fingerprint: key === undefined ? null : fingerprintOf(key),
    active: load.active.length,
    waiting: load.waiting.length,
    created_at: iso(createdAt),
  };
}

const whole = Joi.number().integer().required();

export const hostView = Joi.object<Shown<HostView>, true>({
  host_id: text.required().example('acme-1'),
  name: text.required(),
  address: text.required().example('100.64.10.11'),
  ssh_port: whole,
  ssh_user: text.required(),
  sudo: Joi.boolean().required(),
  clients: Joi.array().items(text).required().description('Clients whose instances go here'),
  port_min: whole,
  port_max: whole,
  slots: whole.description('Deployments that may be active here at once'),
  cordoned: Joi.boolean().required().description('It takes no new deployment'),
  host_key_type: text.required().allow(null),
  host_key_fingerprint: text.required().allow(null),
  active: whole.description('Deployments at work here'),
  waiting: whole.description('Deployments that wait for this host'),
  created_at: moment.required(),
}).meta({ schemaName: 'Host' });

export const hostCheckView = Joi.object<HostCheck, true>({
  reachable: Joi.boolean().required(),
  key_matches: Joi.boolean().required(),
  pinned_fingerprint: text.required(),
  shown_fingerprint: text.required().allow(null),
}).meta({ schemaName: 'HostCheck' });

export const hostKeyView = Joi.object({
  address: text.required(),
  ssh_port: whole,
  host_key: text.required().description('As `host_key` of a registration'),
  host_key_type: text.required(),
  host_key_fingerprint: text.required(),
}).meta({ schemaName: 'HostKey' });
