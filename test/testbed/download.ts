import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';

const TIMEOUT_MS = 120_000;

/** A download that is read only as far as the test wants, so that its sender has to wait. */
export interface Download {
  /** Reads on until so many bytes have come in all. Throws when it breaks off or ends before. */
  readTo(bytes: number): Promise<void>;
  /** Reads the rest; bytes in all. Throws when it breaks off. */
  finish(): Promise<number>;
}

/** Begins a download; nothing of it is read yet beyond what the buffers on the way hold. */
export async function startDownload(url: string): Promise<Download> {
  const request = get(url, { agent: new Agent({ keepAlive: false }), timeout: TIMEOUT_MS });
  request.once('timeout', () => request.destroy(new Error(`No answer in ${String(TIMEOUT_MS)} ms`)));
  request.on('error', () => undefined); // after the answer has begun its reader learns of it
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200)
    throw new Error(`The download was answered ${String(response.statusCode)}`);
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  let came = 0;
  const read = async (): Promise<boolean> => {
    const { done, value } = await chunks.next();
    came += value?.length ?? 0;
    return done !== true;
  };
  return {
    readTo: async (bytes) => {
      while (came < bytes) if (!(await read())) throw new Error(`It ended after ${String(came)} bytes`);
    },
    finish: async () => {
      let isMore = true;
      while (isMore) isMore = await read();
      return came;
    },
  };
}
