import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Networks that no client host lives in: this machine, this link, metadata services, ways around the rest. */
const REFUSED: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['100.100.100.200', 32],
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

// One list per family: a BlockList would find every IPv4 address in ::ffff:0:0/96.
const refused = {
  ipv4: blockListOf(REFUSED.filter(([network]) => isIPv4(network))),
  ipv6: blockListOf(REFUSED.filter(([network]) => !isIPv4(network))),
};
const loopback = blockListOf([
  ['127.0.0.0', 8],
  ['::1', 128],
]);

export interface AddressOptions {
  /** For tests and a host that is this very machine. */
  readonly allowLoopback?: boolean;
}

/**
 * The one spelling of an address that a client host may have: an IP literal, IPv6 compressed and in lower case.
 * Undefined for names, networks of this machine and of its link, metadata services, and IPv4 inside IPv6.
 */
export function toHostAddress(
  text: string,
  { allowLoopback = false }: AddressOptions = {},
): string | undefined {
  const address = toIpLiteral(text);
  if (address === undefined) return undefined;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (loopback.check(address, family)) return allowLoopback ? address : undefined;
  return refused[family].check(address, family) ? undefined : address;
}

/** The address of a visitor as a host's address would be spelled: IPv4 inside IPv6 is IPv4. */
export function toVisitorAddress(text: string): string | undefined {
  const mapped = /^::ffff:([0-9.]+)$/i.exec(text)?.[1];
  return toIpLiteral(mapped ?? text);
}

function toIpLiteral(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

function blockListOf(subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6');
  return list;
}
