import { join, resolve } from 'node:path';
import express, { type RequestHandler, type Response } from 'express';

/** Addresses that are pages of the one-page application; everything else is a file or nothing. */
const PAGE = /^\/(?:admin(?:\/[^.]*)?)?$/;

/** Marks an answer as a page, for the access log. */
const MARK = 'x-ark-page';

/** The built pages in `webDir`: files by name, and index.html for every page address. */
export function webPages(webDir: string): RequestHandler[] {
  const folder = resolve(webDir);
  const files = express.static(folder, { index: false, redirect: false, setHeaders: setCaching });
  const page: RequestHandler = (request, response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || !PAGE.test(request.path)) {
      next();
      return;
    }
    response.set({ 'cache-control': 'no-cache', [MARK]: '1' });
    response.sendFile(join(folder, 'index.html'), { cacheControl: false }, (error?: Error) => {
      if (error === undefined || response.headersSent) return;
      response.removeHeader(MARK);
      next(isMissing(error) ? undefined : error);
    });
  };
  return [files, page];
}

/** File names under assets/ carry a digest of their content. */
function setCaching(response: Response, path: string): void {
  const isImmutable = path.includes('/assets/');
  response.setHeader('cache-control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.setHeader(MARK, '1');
}

function isMissing(error: Error): boolean {
  return (error as { code?: unknown }).code === 'ENOENT';
}
