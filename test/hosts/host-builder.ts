import type { Host, HostId } from '../../src/hosts/host.ts';

/** A sound Ed25519 key whose 32 bytes are all `fill`. */
export function aHostKey(fill = 1): string {
  const blob = Buffer.concat([
    Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20', 'latin1'),
    Buffer.alloc(32, fill),
  ]);
  return `ssh-ed25519 ${blob.toString('base64')}`;
}

export function aHost(fields: Partial<Omit<Host, 'id'>> & { readonly id?: string } = {}): Host {
  const { id = 'cl-a', ...rest } = fields;
  return {
    id: id as HostId,
    name: 'Client A',
    address: '100.64.10.11',
    ssh_port: 22,
    ssh_user: 'ark',
    host_key: aHostKey(),
    sudo: false,
    clients: [],
    port_min: 20_000,
    port_max: 29_999,
    slots: 2,
    cordoned: false,
    created_at: 1_763_790_000_000,
    ...rest,
  };
}
