import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Visitor {
  readonly page: Page;
  /** What the browser refused or could not run: each is a defect of the pages. */
  readonly defects: readonly string[];
  close(): Promise<void>;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGUMENTS });
}

/** A visitor with storage of their own; Spanish unless told otherwise. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ locale: 'es-ES', baseURL: url, ...options });
  const page = await context.newPage();
  const defects: string[] = [];
  page.setDefaultTimeout(8000);
  page.on('pageerror', (error) => defects.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Warning:/.test(message.text())) defects.push(message.text());
  });
  return { page, defects, close: () => context.close() };
}
