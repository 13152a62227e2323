import Joi from 'joi';
import { line } from '../http/line.ts';
import { type AddressOptions, toHostAddress } from './host-address.ts';
import { hostKeyLine, toHostKey } from './host-key.ts';
import type { HostChange, NewHost } from './host-registrar.ts';

type RegisterBody = Omit<NewHost, 'id'> & { readonly host_id: string; readonly unchecked: boolean };
type EditBody = HostChange & { readonly unchecked?: boolean };
interface FetchKeyBody {
  readonly address: string;
  readonly ssh_port: number;
}

// No option, blank or quote ever starts or fits: these become words of ssh and of an inventory.
const USER = /^[a-z_][a-z0-9_-]{0,31}$/;

// The fingerprint of nothing: 32 times the byte 1.
const EXAMPLE_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB';

const port = Joi.number().integer().min(1).max(65_535);
const appPort = Joi.number().integer().min(1024).max(65_535);
const slots = Joi.number().integer().min(1).max(50).description('Deployments at once');
const unchecked = Joi.boolean().description('Also when the machine does not answer now');
const clients = Joi.array().items(line(80)).max(200).unique().description('Clients whose instances go here');
const user = Joi.string().pattern(USER, 'user name');
const hostKey = Joi.string()
  .max(4096)
  .custom((text: string, helpers) => {
    const key = toHostKey(text);
    return key === undefined ? helpers.error('string.hostKey') : hostKeyLine(key);
  })
  .messages({
    'string.hostKey':
      '{{#label}} must be a public host key: type and base64, as ssh-keyscan prints them (Ed25519, ECDSA, or RSA from 2048 bits)',
  })
  .meta({
    jsonSchema: { pattern: '^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa) +[A-Za-z0-9+/]+={0,2}' },
  })
  .description('The public key that the owner confirms')
  .example(EXAMPLE_KEY);

export const hostId = Joi.string()
  .pattern(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'host id')
  .description('Id of a host')
  .example('acme-1');

/** The bodies of calls about hosts; what counts as an address, and the default of slots, is a setting. */
export function hostSchemas({
  allowLoopback,
  defaultSlots,
}: AddressOptions & { readonly defaultSlots: number }) {
  const address = Joi.string()
    .max(45)
    .custom(
      (text: string, helpers) =>
        toHostAddress(text, { allowLoopback: allowLoopback ?? false }) ?? helpers.error('string.address'),
    )
    .messages({
      'string.address':
        '{{#label}} must be the IP address of another machine (no name, no loopback, link-local, multicast or metadata address)',
    })
    .meta({ jsonSchema: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } })
    .description('IP address of the machine')
    .example('100.64.10.11');
  const register = Joi.object<RegisterBody>({
    host_id: hostId.required(),
    name: line(80).required(),
    address: address.required(),
    ssh_user: user.default('ark'),
    ssh_port: port.default(22),
    host_key: hostKey.required(),
    sudo: Joi.boolean().default(false),
    clients: clients.default([]),
    port_min: appPort.default(20_000),
    port_max: appPort.default(29_999),
    slots: slots.default(defaultSlots),
    unchecked: unchecked.default(false),
  }).example({
    host_id: 'acme-1',
    name: 'Acme, server room',
    address: '100.64.10.11',
    host_key: EXAMPLE_KEY,
  });
  const changes = {
    name: line(80),
    ssh_user: user,
    ssh_port: port,
    host_key: hostKey,
    sudo: Joi.boolean(),
    clients,
    port_min: appPort,
    port_max: appPort,
    slots,
    unchecked,
  };
  const edit = Joi.object<EditBody>(changes)
    .or(...Object.keys(changes))
    .example({ slots: 3, clients: ['Acme'] });
  const fetchKey = Joi.object<FetchKeyBody>({
    address: address.required(),
    ssh_port: port.default(22),
  }).example({
    address: '100.64.10.11',
  });
  return { register, edit, fetchKey };
}
