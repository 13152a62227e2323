import type { Request, Response, Router } from 'express';
import { pageOf } from '../http/answer-schemas.ts';
import { call, routerOf, type Call } from '../http/call.ts';
import { CONDITIONAL, etagOf, mustMatch, TAGGED } from '../http/etag.ts';
import { whenClosed } from '../http/when-closed.ts';
import { AppError } from '../platform/errors.ts';
import type { AddressOptions } from './host-address.ts';
import { fingerprintOf, hostKeyLine } from './host-key.ts';
import type { HostKeySource, SshAddress } from './host-key-source.ts';
import { HostRegistrar } from './host-registrar.ts';
import { hostId, hostSchemas } from './host-schemas.ts';
import { hostCheckView, hostKeyView, hostView, toHostView, type HostView } from './host-view.ts';
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

interface Parts extends HostsApiOptions {
  readonly registrar: HostRegistrar;
  readonly schemas: ReturnType<typeof hostSchemas>;
  readonly view: (host: Host) => Promise<HostView>;
}

const ONE = { path: '/api/hosts/:id', params: { id: hostId } };

/**
 * Hosts under /api/hosts. Reading needs `hosts:read`; registering, changing, removing and everything that opens a
 * connection to a machine needs `hosts:write`.
 */
export function createHostsApi(options: HostsApiOptions): Router {
  const parts: Parts = {
    ...options,
    registrar: new HostRegistrar(options),
    schemas: hostSchemas(options),
    view: async (host) => toHostView(host, await options.loadOf(host.id)),
  };
  return routerOf([
    listHosts(parts),
    showHost(parts),
    registerHost(parts),
    fetchKey(parts),
    checkHost(parts),
    editHost(parts),
    removeHost(parts),
  ]);
}

function listHosts({ hosts, view }: Parts): Call {
  return call({
    method: 'get',
    path: '/api/hosts',
    right: 'hosts:read',
    summary: 'List the hosts',
    answers: { 200: { description: 'All hosts', schema: pageOf('hosts', hostView) } },
    handle: async ({ response }) => {
      const all = await hosts.list();
      response.json({ total: all.length, hosts: await Promise.all(all.map(view)) });
    },
  });
}

function showHost({ registrar, view }: Parts): Call {
  return call({
    ...{ ...ONE, method: 'get', right: 'hosts:read' },
    summary: 'Show a host',
    answers: { 200: { description: 'The host', schema: hostView, headers: TAGGED } },
    errors: ['host_not_found'],
    handle: async ({ request, response }) => {
      const host = await registrar.get(idOf(request));
      response.set('etag', etagOf(host)).json(await view(host));
    },
  });
}

function registerHost({ registrar, schemas, view }: Parts): Call {
  return call({
    method: 'post',
    path: '/api/hosts',
    act: 'hosts.create',
    right: 'hosts:write',
    summary: 'Register a host',
    description: 'With the public key that its owner confirms; the host must show the same one.',
    body: schemas.register,
    answers: {
      201: { description: 'The host', schema: hostView, headers: { Location: 'The address of the host' } },
    },
    errors: ['conflict', 'host_key_mismatch', 'host_unreachable'],
    handle: async ({ body: { host_id: id, unchecked, ...fields }, response }) => {
      const host = await registrar.register(
        { id: id as HostId, ...fields },
        { unchecked, signal: signalOf(response) },
      );
      response
        .status(201)
        .location(`/api/hosts/${host.id}`)
        .json(await view(host));
    },
  });
}

function fetchKey({ keys, schemas }: Parts): Call {
  return call({
    method: 'post',
    path: '/api/host-keys/fetch',
    act: 'host-keys.fetch',
    right: 'hosts:write',
    summary: 'Ask a machine for its host key',
    description: 'To compare it with what the owner of the machine says; nothing is stored.',
    body: schemas.fetchKey,
    answers: { 200: { description: 'The key that the machine shows', schema: hostKeyView } },
    errors: ['host_unreachable'],
    handle: async ({ body: { address, ssh_port: port }, response }) => {
      response.json(await shownKey(keys, { address, port }, signalOf(response)));
    },
  });
}

function checkHost({ registrar }: Parts): Call {
  return call({
    ...{ ...ONE, method: 'post', path: '/api/hosts/:id/check', right: 'hosts:write' },
    act: 'hosts.check',
    summary: 'Ask a host for its key now',
    answers: {
      200: { description: 'Whether it answers, and with the confirmed key', schema: hostCheckView },
    },
    errors: ['host_not_found'],
    handle: async ({ request, response }) => {
      response.json(await registrar.check(idOf(request), signalOf(response)));
    },
  });
}

function editHost({ registrar, schemas, view }: Parts): Call {
  return call({
    ...{ ...ONE, method: 'patch', right: 'hosts:write' },
    act: 'hosts.edit',
    summary: 'Change a host',
    description: 'What is not named stays.',
    headers: CONDITIONAL,
    body: schemas.edit,
    answers: { 200: { description: 'The host as it is now', schema: hostView, headers: TAGGED } },
    errors: ['host_not_found', 'conflict', 'precondition_failed', 'host_key_mismatch', 'host_unreachable'],
    handle: async ({ body: { unchecked = false, ...change }, request, response }) => {
      const judge = (stored: Host): void => mustMatch(request, stored);
      const how = { unchecked, signal: signalOf(response), judge };
      const host = await registrar.edit(idOf(request), change, how);
      response.set('etag', etagOf(host)).json(await view(host));
    },
  });
}

function removeHost({ registrar }: Parts): Call {
  return call({
    ...{ ...ONE, method: 'delete', right: 'hosts:write' },
    act: 'hosts.delete',
    summary: 'Remove a host',
    description: 'Only when no instance is on it any more.',
    answers: { 204: { description: 'Removed' } },
    errors: ['host_not_found', 'conflict'],
    handle: async ({ request, response }) => {
      await registrar.remove(idOf(request));
      response.status(204).end();
    },
  });
}

/** A text that is no id names no host. */
function idOf(request: Request): HostId {
  const id = String(request.params['id']);
  if (!isHostId(id)) throw new AppError('host_not_found', 'There is no such host');
  return id;
}

/** Aborted when the caller goes away: what asks a machine has no other purpose than the answer. */
function signalOf(response: Response): AbortSignal {
  const gone = new AbortController();
  whenClosed(response, () => gone.abort(new AppError('host_unreachable', 'The caller went away')));
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
