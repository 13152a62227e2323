import { Router, type Request } from 'express';
import Joi from 'joi';
import { requireRight } from '../http/authentication.ts';
import { line } from '../http/line.ts';
import { validate } from '../http/validate.ts';
import { AppError } from '../platform/errors.ts';
import { type AddressOptions, toHostAddress } from './host-address.ts';
import { fingerprintOf, hostKeyLine, toHostKey } from './host-key.ts';
import type { HostKeySource, SshAddress } from './host-key-source.ts';
import { type HostChange, HostRegistrar, type NewHost } from './host-registrar.ts';
import { toHostView } from './host-view.ts';
import { type Host, type HostId, type HostLoad, type HostRegistry, isHostId } from './host.ts';

export interface HostsApiOptions extends AddressOptions {
  readonly hosts: HostRegistry;
  readonly keys: HostKeySource;
  readonly isInUse: (id: HostId) => Promise<boolean>;
  readonly loadOf: (id: HostId) => Promise<HostLoad>;
  readonly clock: () => number;
  /** Slots of a host that names none. */
  readonly defaultSlots: number;
}

type RegisterBody = Omit<NewHost, 'id'> & { readonly host_id: string; readonly unchecked: boolean };
type EditBody = HostChange & { readonly unchecked?: boolean };
interface FetchKeyBody {
  readonly address: string;
  readonly ssh_port: number;
}

// No option, blank or quote ever starts or fits: these become words of ssh and of an inventory.
const USER = /^[a-z_][a-z0-9_-]{0,31}$/;

const port = Joi.number().integer().min(1).max(65_535);
const appPort = Joi.number().integer().min(1024).max(65_535);
const slots = Joi.number().integer().min(1).max(50);
const clients = Joi.array().items(line(80)).max(200).unique();
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
  });

function schemasFor({ allowLoopback, defaultSlots }: HostsApiOptions) {
  const address = Joi.string()
    .max(45)
    .custom(
      (text: string, helpers) =>
        toHostAddress(text, { allowLoopback: allowLoopback ?? false }) ?? helpers.error('string.address'),
    )
    .messages({
      'string.address':
        '{{#label}} must be the IP address of another machine (no name, no loopback, link-local, multicast or metadata address)',
    });
  const register = Joi.object<RegisterBody>({
    host_id: Joi.string()
      .pattern(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'host id')
      .required(),
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
    unchecked: Joi.boolean().default(false),
  });
  const edit = Joi.object<EditBody>({
    name: line(80),
    ssh_user: user,
    ssh_port: port,
    host_key: hostKey,
    sudo: Joi.boolean(),
    clients,
    port_min: appPort,
    port_max: appPort,
    slots,
    cordoned: Joi.boolean(),
    unchecked: Joi.boolean(),
  }).min(1);
  const fetchKey = Joi.object<FetchKeyBody>({ address: address.required(), ssh_port: port.default(22) });
  return { register, edit, fetchKey };
}

/**
 * Hosts under /api/hosts. Reading needs `hosts:read`; registering, changing, removing and everything that opens a
 * connection to a machine needs `hosts:write`.
 */
export function createHostsApi(options: HostsApiOptions): Router {
  const { hosts, keys, loadOf } = options;
  const schemas = schemasFor(options);
  const registrar = new HostRegistrar(options);
  const router = Router();
  const view = async (host: Host) => toHostView(host, await loadOf(host.id));

  router.get('/api/hosts', requireRight('hosts:read'), async (_request, response) => {
    const all = await hosts.list();
    response.json({ total: all.length, hosts: await Promise.all(all.map(view)) });
  });

  router.get('/api/hosts/:id', requireRight('hosts:read'), async (request, response) => {
    response.json(await view(await registrar.get(idOf(request))));
  });

  router.post('/api/hosts', requireRight('hosts:write'), async (request, response) => {
    const { host_id: id, unchecked, ...fields } = validate(schemas.register, request.body);
    const host = await registrar.register(
      { id: id as HostId, ...fields },
      { unchecked, signal: signalOf(request) },
    );
    response
      .status(201)
      .location(`/api/hosts/${host.id}`)
      .json(await view(host));
  });

  router.post('/api/hosts/fetch-key', requireRight('hosts:write'), async (request, response) => {
    const { address, ssh_port: sshPort } = validate(schemas.fetchKey, request.body);
    response.json(await shownKey(keys, { address, port: sshPort }, signalOf(request)));
  });

  router.post('/api/hosts/:id/check', requireRight('hosts:write'), async (request, response) => {
    response.json(await registrar.check(idOf(request), signalOf(request)));
  });

  router.patch('/api/hosts/:id', requireRight('hosts:write'), async (request, response) => {
    const { unchecked = false, ...change } = validate(schemas.edit, request.body);
    response.json(
      await view(await registrar.edit(idOf(request), change, { unchecked, signal: signalOf(request) })),
    );
  });

  router.delete('/api/hosts/:id', requireRight('hosts:write'), async (request, response) => {
    await registrar.remove(idOf(request));
    response.status(204).end();
  });

  return router;
}

/** A text that is no id names no host. */
function idOf(request: Request): HostId {
  const id = String(request.params['id']);
  if (!isHostId(id)) throw new AppError('host_not_found', 'There is no such host');
  return id;
}

/** Aborted when the caller goes away: what asks a machine has no other purpose than the answer. */
function signalOf(request: Request): AbortSignal {
  const gone = new AbortController();
  request.res?.once('close', () => gone.abort(new AppError('host_unreachable', 'The caller went away')));
  return gone.signal;
}

/** What the machine shows, for an admin to compare with what the machine's owner says. */
async function shownKey(keys: HostKeySource, target: SshAddress, signal: AbortSignal): Promise<unknown> {
  const key = await keys.fetch(target, { signal });
  return {
    address: target.address,
    ssh_port: target.port,
    host_key: hostKeyLine(key),
    host_key_type: key.type,
    host_key_fingerprint: fingerprintOf(key),
  };
}
