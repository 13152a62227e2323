import type { IncomingMessage } from 'node:http';

/** The body of a request was longer than this server reads. */
export class BodyTooLargeError extends Error {}

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_WAIT_MS = 30_000;

/** Reads a body whole. Throws BodyTooLargeError, or an Error when it does not come within 30 s. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const timer = setTimeout(() => request.destroy(new Error('the body did not come')), MAX_WAIT_MS);
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_BYTES) throw new BodyTooLargeError();
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}

/** The fields of a form body; a body of any other kind has none (a JSON body is ignored, as observed). */
export async function readForm(body: Buffer, contentType: string | undefined): Promise<URLSearchParams> {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded') return new URLSearchParams(body.toString('utf8'));
  if (type !== 'multipart/form-data') return new URLSearchParams();
  const form = new URLSearchParams();
  const headers = { 'content-type': contentType ?? '' };
  // good enough for a stand-in on a laptop: the body is bounded and lies in memory already
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const data = await new Response(new Uint8Array(body), { headers }).formData();
  for (const [name, value] of data) if (typeof value === 'string') form.append(name, value);
  return form;
}
