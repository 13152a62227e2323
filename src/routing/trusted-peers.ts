import { BlockList, isIP } from 'node:net';

/** Answers whether an address belongs to proxies in front of us whose forwarded headers are believed. */
export type TrustedPeers = (address: string | undefined) => boolean;

/** From CIDRs or single addresses (`127.0.0.0/8`, `::1`). Throws a RangeError that names the first bad one. */
export function trustPeers(cidrs: readonly string[]): TrustedPeers {
  const list = new BlockList();
  for (const cidr of cidrs) addTo(list, cidr);
  return (address) => {
    const plain = plainAddress(address);
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  };
}

/** An IPv4 address that came over an IPv6 socket (`::ffff:1.2.3.4`) in its own form; everything else as it is. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
}

function addTo(list: BlockList, cidr: string): void {
  const [address = '', bits] = cidr.split('/');
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  const length = bits === undefined ? longest : Number(bits);
  if (version === 0 || !Number.isInteger(length) || length < 0 || length > longest || bits === '') {
    throw new RangeError(`not an address or CIDR: ${cidr}`);
  }
  list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6');
}
