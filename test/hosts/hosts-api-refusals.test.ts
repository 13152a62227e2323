import { beforeEach, describe, expect, test } from '@jest/globals';
import { aHostKey } from './host-builder.ts';
import { HostsBench, ORDER } from './hosts-bench.ts';

interface Problem {
  readonly code: string;
  readonly errors: readonly { readonly field: string }[];
}

let bench: HostsBench;

beforeEach(() => {
  bench = new HostsBench();
});

describe('a registration is refused, and nobody is asked, with', () => {
  test.each<[string, string, unknown]>([
    ['an id that is an option', 'host_id', '-oProxyCommand=id'],
    ['an id in capitals', 'host_id', 'CL-A'],
    ['an id that climbs', 'host_id', '../x'],
    ['an id with two parts', 'host_id', 'a:active'],
    ['a number for an id', 'host_id', 7],
    ['an empty name', 'name', ''],
    ['a name of two lines', 'name', 'a\nb'],
    ['a name with an escape character', 'name', '\u001b[31m'],
    ['a name with NUL', 'name', 'a\0'],
    ['a long name', 'name', 'x'.repeat(81)],
    ['a list for a name', 'name', ['a']],
    ['a host name for an address', 'address', 'localhost'],
    ['this machine', 'address', '127.0.0.1'],
    ['this machine in IPv6', 'address', '::1'],
    ['the metadata service', 'address', '169.254.169.254'],
    ['this machine as IPv4 in IPv6', 'address', '::ffff:127.0.0.1'],
    ['no address', 'address', '0.0.0.0'],
    ['an address with variables of an inventory', 'address', '100.64.10.11 ansible_connection=local'],
    ['an address with a port', 'address', '100.64.10.11:22'],
    ['an address with a line break', 'address', '100.64.10.11\n'],
    ['an object for an address', 'address', { a: 1 }],
    ['a user that is an option', 'ssh_user', '-oProxyCommand=id'],
    ['a user with a host', 'ssh_user', 'a@b'],
    ['a user with blanks', 'ssh_user', 'ark ansible_become=yes'],
    ['a user with shell', 'ssh_user', '$(id)'],
    ['a user with Jinja', 'ssh_user', '{{ 7*7 }}'],
    ['a user in Unicode', 'ssh_user', 'ñandú'],
    ['a long user', 'ssh_user', 'x'.repeat(33)],
    ['port 0', 'ssh_port', 0],
    ['port 65536', 'ssh_port', 65_536],
    ['a text for a port', 'ssh_port', '22'],
    ['half a port', 'ssh_port', 22.5],
    ['no key', 'host_key', ''],
    ['a key with a host in front', 'host_key', `100.64.10.11 ${aHostKey()}`],
    ['a key with a second line', 'host_key', `${aHostKey()}\n* ${aHostKey(2)}`],
    ['a marked key', 'host_key', `@cert-authority ${aHostKey()}`],
    ['a text for sudo', 'sudo', 'yes'],
    ['a text for clients', 'clients', 'Acme'],
    ['a client of two lines', 'clients', ['a\nb']],
    ['a client twice', 'clients', ['a', 'a']],
    ['low ports', 'port_min', 80],
    ['ephemeral ports', 'port_max', 40_000],
    ['hardly any ports', 'port_max', 20_001],
    ['no slot', 'slots', 0],
    ['endless slots', 'slots', 1e9],
    ['an unknown field', 'ssh_args', '-oProxyCommand=id'],
    ['a text for trust', 'unchecked', 'true'],
  ])('%s', async (_what, field, value) => {
    const body = (
      await bench
        .admin('post', '/api/hosts')
        .send({ ...ORDER, [field]: value })
        .expect(400)
    ).body as Problem;

    expect(body.code).toBe('validation_failed');
    expect(body.errors[0]?.field.split('.')[0]).toBe(field);
    expect(bench.asked).toEqual([]);
    expect(await bench.hosts.list()).toEqual([]);
  });
});
