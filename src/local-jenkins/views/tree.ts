/** A parsed `tree=` query: names with what is wanted below them and, for lists, which part. */
export interface Tree {
  readonly children: ReadonlyMap<string, Tree>;
  readonly range: { from: number; to: number } | undefined;
}

/** A `tree=` that Jenkins answers with 500. */
export class BadTreeError extends Error {}

const MAX_LENGTH = 8192;
const MAX_DEPTH = 32;
const EMPTY: Tree = { children: new Map(), range: undefined };

/** Reads `a,b[c,d]{0,50}`. Throws BadTreeError. */
export function parseTree(text: string): Tree {
  if (text.length > MAX_LENGTH) throw new BadTreeError('this tree is too long');
  const reader = new TreeReader(text);
  const tree = { children: reader.list(0), range: undefined };
  reader.expectEnd();
  return tree;
}

class TreeReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  list(depth: number): Map<string, Tree> {
    if (depth > MAX_DEPTH) throw new BadTreeError('this tree is too deep');
    const children = new Map<string, Tree>();
    for (;;) {
      const name = this.#match(/[A-Za-z_*][A-Za-z0-9_]*/y);
      if (name === undefined) throw new BadTreeError(`a name is missing at ${this.#at}`);
      children.set(name, this.#below(depth));
      if (this.#match(/,/y) === undefined) return children;
    }
  }

  expectEnd(): void {
    if (this.#at < this.#text.length) throw new BadTreeError(`unexpected text at ${this.#at}`);
  }

  #below(depth: number): Tree {
    const children = this.#match(/\[/y) === undefined ? new Map<string, Tree>() : this.#bracket(depth);
    return { children, range: this.#range() };
  }

  #bracket(depth: number): Map<string, Tree> {
    const children = this.list(depth + 1);
    if (this.#match(/\]/y) === undefined) throw new BadTreeError(`] is missing at ${this.#at}`);
    return children;
  }

  /** `{M,N}` from M to before N; `{M,}`, `{,N}`; `{N}` is the one at N. */
  #range(): { from: number; to: number } | undefined {
    const text = this.#match(/\{[0-9]{0,9}(?:,[0-9]{0,9})?\}/y);
    if (text === undefined) return undefined;
    const [from = '', to] = text.slice(1, -1).split(',');
    const start = from === '' ? 0 : Number(from);
    if (to === undefined) return { from: start, to: start + 1 };
    return { from: start, to: to === '' ? Number.MAX_SAFE_INTEGER : Number(to) };
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

/** A value that is only worked out when a tree asks for it. */
export type Lazy = () => unknown;

/**
 * The part of a value that a tree names, as Jenkins exports it: `_class` always comes along, a list is cut by its
 * range before its items are worked out, and `*` stands for every name with nothing below it.
 */
export function pick(value: unknown, tree: Tree): unknown {
  const found = typeof value === 'function' ? (value as Lazy)() : value;
  if (Array.isArray(found)) {
    const items = tree.range === undefined ? found : found.slice(tree.range.from, tree.range.to);
    return items.map((item: unknown) => pick(item, { ...tree, range: undefined }));
  }
  if (found === null || typeof found !== 'object') return found;
  const entries = Object.entries(found).flatMap(([name, child]): [string, unknown][] => {
    if (name === '_class') return [[name, child]];
    const below = tree.children.get(name) ?? (tree.children.has('*') ? EMPTY : undefined);
    return below === undefined ? [] : [[name, pick(child, below)]];
  });
  return Object.fromEntries(entries);
}
