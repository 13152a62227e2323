import { isSame, sha256 } from '../platform/digest.ts';

/** A public host key as known_hosts has it. */
export interface HostKey {
  readonly type: string;
  readonly base64: string;
}

const LEAST_RSA_BITS = 2048;
const CURVES: Readonly<Record<string, { readonly name: string; readonly pointBytes: number }>> = {
  'ecdsa-sha2-nistp256': { name: 'nistp256', pointBytes: 65 },
  'ecdsa-sha2-nistp384': { name: 'nistp384', pointBytes: 97 },
  'ecdsa-sha2-nistp521': { name: 'nistp521', pointBytes: 133 },
};

/**
 * The key in `type base64 [comment]`; undefined when it is anything else: certificates, weak RSA, options, a type
 * that is not the one inside the key (RFC 4253 section 6.6), more than one line.
 */
export function toHostKey(line: string): HostKey | undefined {
  if (line.length > 4096) return undefined;
  const match = /^(?<type>[a-z0-9-]+) (?<base64>[A-Za-z0-9+/]+={0,2})(?: \P{Cc}*)?$/u.exec(line.trim());
  const { type, base64 } = match?.groups ?? {};
  if (type === undefined || base64 === undefined) return undefined;
  const key = keyOfBlob(Buffer.from(base64, 'base64'));
  return key?.type === type && key.base64 === base64 ? key : undefined;
}

/** The key whose public blob this is; undefined when it is none that we accept. */
export function keyOfBlob(blob: Buffer): HostKey | undefined {
  const fields = fieldsOf(blob);
  const type = fields?.[0]?.toString('latin1');
  if (fields === undefined || type === undefined || !isSound(type, fields)) return undefined;
  return { type, base64: blob.toString('base64') };
}

/** `type base64`, the pinned form. */
export function hostKeyLine({ type, base64 }: HostKey): string {
  return `${type} ${base64}`;
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export function fingerprintOf({ base64 }: HostKey): string {
  const digest = sha256(Buffer.from(base64, 'base64')).toString('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

export function isSameKey(one: HostKey, other: HostKey): boolean {
  return isSame(hostKeyLine(one), hostKeyLine(other));
}

/** The length-prefixed strings of the blob; undefined when they do not fill it exactly. */
function fieldsOf(blob: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < blob.length) {
    if (at + 4 > blob.length || fields.length > 3) return undefined;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function isSound(type: string, fields: readonly Buffer[]): boolean {
  if (type === 'ssh-ed25519') return fields.length === 2 && fields[1]?.length === 32;
  if (fields.length !== 3) return false;
  if (type === 'ssh-rsa') return bitsOf(fields[2]) >= LEAST_RSA_BITS && bitsOf(fields[1]) > 1;
  return isOnCurve(type, fields);
}

function isOnCurve(type: string, [, curveName, point]: readonly Buffer[]): boolean {
  const curve = Object.hasOwn(CURVES, type) ? CURVES[type] : undefined;
  return (
    curve !== undefined && curveName?.toString('latin1') === curve.name && point?.length === curve.pointBytes
  );
}

/** Bits of an mpint (RFC 4251 section 5). */
function bitsOf(mpint: Buffer | undefined): number {
  const digits = mpint?.toString('hex').replace(/^0+/, '') ?? '';
  return digits === '' ? 0 : (digits.length - 1) * 4 + (32 - Math.clz32(parseInt(digits.charAt(0), 16)));
}
