import type { KnownCode, Texts } from './texts.ts';

/** A code in the reader's language; an unknown one as its title, or as it came. */
export function wordsFor(code: string, texts: Texts, title = ''): string {
  return isKnown(code, texts) ? texts.code[code] : title || code;
}

function isKnown(code: string, texts: Texts): code is KnownCode {
  return Object.hasOwn(texts.code, code);
}
