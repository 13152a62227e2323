import type { Router } from 'express';

interface Layer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** The router itself. Throws when it has a route such as `/:id`: it would catch what belongs to others. */
export function refuseCatchAll(router: Router): Router {
  const paths = layersOf(router)
    .map(({ route }) => route?.path)
    .filter((path) => typeof path === 'string');
  const wide = paths.find((path) => /^\/(?:$|[:*{])/.test(path));
  if (wide !== undefined) throw new Error(`route ${wide} catches everything: give it its full path`);
  return router;
}

/** Methods that these routers know for a path: what a 405 lists; empty when the path itself is unknown. */
export function methodsFor(routers: readonly Router[], path: string): readonly string[] {
  const methods = routers.flatMap((router) => knownMethods(router, path));
  const all = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return [...new Set(all)].sort();
}

function knownMethods(router: Router, path: string): readonly string[] {
  return layersOf(router)
    .filter((layer) => layer.route !== undefined && matches(layer, path))
    .flatMap((layer) => Object.keys(layer.route?.methods ?? {}))
    .map((method) => method.toUpperCase());
}

function layersOf(router: Router): readonly Layer[] {
  return router.stack as unknown as readonly Layer[];
}

function matches(layer: Layer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}
