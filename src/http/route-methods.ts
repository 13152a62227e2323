import type { Router } from 'express';

/** A feature's routes and where they are mounted; `/` when its routes carry full paths. */
export interface MountedRouter {
  readonly at: string;
  readonly router: Router;
}

interface Layer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** Throws when a router without prefix has a route such as `/:id`: it would catch what belongs to others. */
export function refuseCatchAll({ at, router }: MountedRouter): void {
  if (at !== '/') return;
  const paths = layersOf(router)
    .map(({ route }) => route?.path)
    .filter((path) => typeof path === 'string');
  const wide = paths.find((path) => /^\/(?:$|[:*{])/.test(path));
  if (wide !== undefined) throw new Error(`route ${wide} catches everything: mount its router at its prefix`);
}

/** Methods that these routers know for a path: what a 405 lists; empty when the path itself is unknown. */
export function methodsFor(routers: readonly MountedRouter[], path: string): readonly string[] {
  const methods = routers.flatMap(({ at, router }) => {
    const inner = at === '/' ? path : innerPath(at, path);
    return inner === undefined ? [] : knownMethods(router, inner);
  });
  const all = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return [...new Set(all)].sort();
}

function innerPath(at: string, path: string): string | undefined {
  if (path !== at && !path.startsWith(`${at}/`)) return undefined;
  return path.slice(at.length) || '/';
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
