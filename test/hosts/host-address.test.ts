import { expect, test } from '@jest/globals';
import { toHostAddress, toVisitorAddress } from '../../src/hosts/host-address.ts';

test.each([
  ['100.64.10.11', '100.64.10.11'],
  ['10.0.0.1', '10.0.0.1'],
  ['203.0.113.9', '203.0.113.9'],
  ['FD7A:115C:A1E0:0:0:0:0:1', 'fd7a:115c:a1e0::1'],
])('%s is a host address, spelled %s', (text, spelled) => {
  expect(toHostAddress(text)).toBe(spelled);
});

test.each([
  '',
  ' ',
  'localhost',
  'web-1.example',
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '0.1.2.3',
  '169.254.169.254',
  '169.254.0.1',
  '100.100.100.200',
  '224.0.0.1',
  '255.255.255.255',
  '192.0.0.192',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
  '::10.0.0.1',
  '64:ff9b::a00:1',
  '2002:a00:1::',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  'fd00:ec2::254',
  '10.0.0',
  '10.0.0.1 ',
  ' 10.0.0.1',
  '10.0.0.1\n',
  '010.0.0.1',
  '0x7f.0.0.1',
  '2130706433',
  '10.0.0.1/8',
  '10.0.0.1:22',
  '[fd00::1]',
  'user@10.0.0.1',
  '-oProxyCommand=x',
  '$(id)',
  '{{ 7*7 }}',
  '${X}',
  '10.0.0.1\0',
  '１０.0.0.1',
  'fd00::1%25eth0',
  '10.0.0.1 ansible_connection=local',
])('%j is no host address', (text) => {
  expect(toHostAddress(text)).toBeUndefined();
});

test('this machine is a host only where the site says so', () => {
  expect(toHostAddress('127.0.0.1', { allowLoopback: true })).toBe('127.0.0.1');
  expect(toHostAddress('::1', { allowLoopback: true })).toBe('::1');
  expect(toHostAddress('169.254.169.254', { allowLoopback: true })).toBeUndefined();
});

test('a visitor over IPv6 sockets has an IPv4 address', () => {
  expect(toVisitorAddress('::ffff:100.64.10.11')).toBe('100.64.10.11');
  expect(toVisitorAddress('FD00::0:1')).toBe('fd00::1');
  expect(toVisitorAddress('unknown')).toBeUndefined();
});
