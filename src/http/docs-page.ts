import { join } from 'node:path';
import { Router } from 'express';

const OURS = join(import.meta.dirname, 'docs-page');
/** https://github.com/swagger-api/swagger-ui, Apache 2.0: the files of its page, without its own start. */
const SWAGGER_UI = join(import.meta.dirname, '../../node_modules/swagger-ui-dist');

const FILES = [
  { path: '/docs', folder: OURS, file: 'index.html' },
  { path: '/docs/start.js', folder: OURS, file: 'start.js' },
  { path: '/docs/swagger-ui-bundle.js', folder: SWAGGER_UI, file: 'swagger-ui-bundle.js' },
  { path: '/docs/swagger-ui.css', folder: SWAGGER_UI, file: 'swagger-ui.css' },
] as const;

/** A page to read and try the API, all of it from here. It holds no secret: it asks as whoever is signed in. */
export function docsPage(): Router {
  const router = Router();
  for (const { path, folder, file } of FILES) {
    router.get(path, (_request, response) => {
      response.set('cache-control', 'no-cache');
      response.sendFile(file, { root: folder, cacheControl: false });
    });
  }
  return router;
}
