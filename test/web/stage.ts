import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { InstanceView } from '../../src/web/views.ts';
import { type Visitor, launchBrowser, visit } from './browser.ts';
import { type StubApi, startStubApi } from './stub-api.ts';
import { INSTANCE_ID, aProduct, aSystem } from './view-builders.ts';
import { buildPages } from './web-build.ts';

/** What a page test plays with: a scripted API, signed in, and visitors in a real browser. */
export interface Stage {
  readonly api: StubApi;
  arrive(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** The instance that the API shows from now on. */
  show(instance: InstanceView): void;
  /** A list of the API, such as `acts`, from now on. */
  list(plural: string, items: readonly unknown[], path?: string): void;
}

/** Builds the pages and starts the browser once; API and visitors are new for each test. */
export function setStage(): Stage {
  let pages: string;
  let browser: Browser;
  let api: StubApi;
  const visitors: Visitor[] = [];
  const show = (plural: string, items: readonly unknown[], path = `/api/${plural}`) =>
    api.answer(`GET ${path}`, { body: { total: items.length, [plural]: items } });

  beforeAll(async () => {
    pages = await buildPages();
    browser = await launchBrowser();
  }, 90_000);
  afterAll(() => browser.close());
  beforeEach(async () => {
    api = await startStubApi(pages);
    api.answer('GET /api/session', { body: { user: 'admin', role: 'admin' } });
    api.answer('GET /api/products', { body: { total: 1, products: [aProduct()] } });
    api.answer('GET /api/hosts', { body: { total: 0, hosts: [] } });
    api.answer('GET /api/system', { body: aSystem() });
    for (const list of ['instances', 'deployments', 'callbacks', 'acts']) show(list, []);
  });
  afterEach(async () => {
    const gone = visitors.splice(0);
    await Promise.all(gone.map((visitor) => visitor.close()));
    await api.close();
    expect(gone.flatMap(({ defects }) => defects)).toEqual([]);
  });

  return {
    get api() {
      return api;
    },
    async arrive(path, options) {
      const visitor = await visit(browser, api.url, options);
      visitors.push(visitor);
      await visitor.page.goto(path);
      return visitor.page;
    },
    list: show,
    show: (instance) => api.answer(`GET /api/instances/${INSTANCE_ID}`, { body: instance }),
  };
}
