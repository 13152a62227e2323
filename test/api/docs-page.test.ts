import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { noLog } from '../../src/platform/logger.ts';
import { benchPerTest } from '../deployments/bench-per-test.ts';
import { TOKEN } from '../deployments/http-bench.ts';
import { launchBrowser, visit } from '../web/browser.ts';
import { wholeApi } from './whole-api.ts';

const at = benchPerTest();
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser.close());

test('the page shows every call and tries one with a token, all of it from here', async () => {
  const { server, calls } = wholeApi(at(), noLog);
  const origin = `http://127.0.0.1:${String(await server.listen())}`;
  const visitor = await visit(browser, origin);
  const { page, defects } = visitor;
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(origin))
      foreign.push(request.url());
  });

  await page.goto('/docs');
  await page.locator('.opblock').first().waitFor();
  expect(await page.locator('.opblock').count()).toBe(calls.length);

  await page.locator('button.authorize').first().click();
  await page.locator('#auth-bearer-value').fill(TOKEN);
  await page.locator('.auth-btn-wrapper button.authorize').first().click();
  await page.locator('button.btn-done').first().click();
  const block = page.locator('#operations-instances-get_instances');
  await block.locator('.opblock-summary-control').click();
  await block.locator('button.execute').click();
  await block.locator('.live-responses-table .response .response-col_status', { hasText: '200' }).waitFor();

  expect(await block.locator('.live-responses-table .highlight-code').first().innerText()).toContain(
    '"total": 0',
  );
  expect([defects, foreign]).toEqual([[], []]);
  await visitor.close();
  await server.close(100);
}, 60_000);
