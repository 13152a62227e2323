import { afterAll, afterEach, beforeAll, jest } from '@jest/globals';
import { startChain, type TestChain, type TestChainOptions } from '../testbed/chain.ts';
import { ProductShelf, type ProductEdits } from '../testbed/product-shelf.ts';
import { endWatches } from '../testbed/watch.ts';

const CHAIN_MS = 900_000;
const TEST_MS = 240_000;
const END_MS = 60_000;

export interface JourneyOptions extends TestChainOptions {
  /** Variants of `hello` to deploy, by product id. */
  readonly products?: Readonly<Record<string, ProductEdits>>;
}

/**
 * How every file of journeys begins and ends: a chain of its own, `begun` for what the file needs of it, and nothing
 * left afterwards. Each test has 240 s unless it says less. Returns the shelf, for products that change on the way.
 */
export function beginJourney(
  { products = {}, environment, ...options }: JourneyOptions,
  begun: (chain: TestChain) => Promise<void> | void,
): ProductShelf {
  const shelf = new ProductShelf(products);
  let chain: TestChain | undefined;
  jest.setTimeout(TEST_MS);
  beforeAll(async () => {
    const variables = { ARK_PRODUCTS_DIR: shelf.dir, ...environment };
    chain = await startChain({ ...options, environment: variables }, AbortSignal.timeout(CHAIN_MS));
    await begun(chain);
  });
  afterEach(async () => {
    chain?.setFaults('');
    await endWatches();
  });
  afterAll(async () => {
    await endWatches();
    await chain?.close();
    shelf.remove();
  }, END_MS);
  return shelf;
}
