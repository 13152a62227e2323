import type { Acts } from '../../src/http/acts.ts';

/** Records nothing. */
export const noActs: Pick<Acts, 'record'> = { record: async () => Promise.resolve('') };
