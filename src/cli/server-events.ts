export interface ServerEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/**
 * Reads server-sent events; comments only show that the other side is there. Ends when the stream does, breaks, or
 * says nothing for `silentMs`: whoever wants more comes back with the last id.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  silentMs: number,
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const value = await nextWithin(reader, silentMs);
      if (value === undefined) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      yield* blocks.map(toEvent).filter((event) => event !== undefined);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

async function nextWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  ms: number,
): Promise<Uint8Array | undefined> {
  const { promise: silence, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, ms, undefined);
  const read = reader.read().then(
    ({ value }) => value,
    () => undefined,
  );
  try {
    return await Promise.race([read, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function toEvent(block: string): ServerEvent | undefined {
  const fields = block.split('\n').map((line) => {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    return { name, value };
  });
  const valuesOf = (wanted: string) => fields.filter(({ name }) => name === wanted).map(({ value }) => value);
  const event = valuesOf('event')[0];
  if (event === undefined) return undefined;
  return { event, id: valuesOf('id')[0], data: valuesOf('data').join('\n') };
}
