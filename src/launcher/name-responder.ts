import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const DNS_PORT = 53;
const HEADER_BYTES = 12;
const AUTHORITATIVE_NXDOMAIN = 0x8583;

/** Answers every DNS question with "no such name", so that look-ups of containers fail at once. */
export class NameResponder {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Listens on UDP port 53 of `address`. Throws when that is taken. */
  static async open(address: string): Promise<NameResponder> {
    const socket = createSocket('udp4');
    socket.bind(DNS_PORT, address);
    await once(socket, 'listening');
    socket.on('error', () => undefined); // an unreachable asker is no fault of ours
    socket.on('message', (question, asker) => {
      const answer = noSuchName(question);
      if (answer !== undefined) socket.send(answer, asker.port, asker.address);
    });
    socket.unref();
    return new NameResponder(socket);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#socket.close(resolve);
    });
  }
}

/** The answer to one question (RFC 1035, 4.1); undefined for what is not a question. */
export function noSuchName(question: Buffer): Buffer | undefined {
  const end = endOfQuestion(question);
  if (end === undefined) return undefined;
  const answer = Buffer.from(question.subarray(0, end));
  answer.writeUInt16BE(AUTHORITATIVE_NXDOMAIN, 2);
  answer.writeUInt16BE(1, 4);
  answer.fill(0, 6, HEADER_BYTES);
  return answer;
}

function endOfQuestion(message: Buffer): number | undefined {
  let at = HEADER_BYTES;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63) return undefined;
    at += length + 1;
    if (length === 0) break;
  }
  return at + 4 <= message.length ? at + 4 : undefined;
}
