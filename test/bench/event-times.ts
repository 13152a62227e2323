import { EventReader } from '../http/event-reader.ts';
import { TOKEN } from './coordinator-process.ts';
import { fire } from './open-loop.ts';

export const READERS = 50;

/** From the moment a change was due to be sent to its arrival at each of the readers, in ms. */
export async function eventTimes(
  port: number,
  load: { readonly rate: number; readonly seconds: number },
  change: () => Promise<void>,
): Promise<readonly number[]> {
  const url = `http://127.0.0.1:${String(port)}/api/events`;
  const open = async (): Promise<EventReader> => {
    const reader = await EventReader.open(url, { authorization: `Bearer ${TOKEN}` });
    await reader.place();
    return reader;
  };
  const readers = await Promise.all(Array.from({ length: READERS }, open));
  const count = Math.round(load.rate * load.seconds);
  const arrivals = readers.map(async (reader) => arrivalsAt(reader, count));
  const startedAt = performance.now();
  await fire(load, change);
  const times = (await Promise.all(arrivals)).flatMap((moments) =>
    moments.map((moment, at) => moment - startedAt - (at * 1_000) / load.rate),
  );
  await Promise.all(readers.map((reader) => reader.close()));
  return times;
}

/** Changes come in the order in which they were made, so the n-th arrival is that of the n-th one. */
async function arrivalsAt(reader: EventReader, count: number): Promise<readonly number[]> {
  const moments: number[] = [];
  while (moments.length < count) {
    const event = await reader.next();
    if (!event) throw new Error('the stream ended');
    if (event.event === 'change' && event.data.includes('"kind":"stage"')) moments.push(performance.now());
  }
  return moments;
}
