/** Strings, with the colon of those that are keys, and where objects begin and end. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"(?<colon>[ \t\r\n]*:)?|[{}]/g;

/**
 * The first key that stands twice in one object of a valid JSON text, as it reads unescaped; undefined when none does.
 * JSON.parse keeps the last of the two without a word, others keep the first. Linear in the text.
 */
export function duplicateKey(text: string): string | undefined {
  const objects: Set<string>[] = [];
  for (const { 0: token, groups } of text.matchAll(TOKEN)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (groups?.['colon'] !== undefined) {
      const key = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)) as string;
      const keys = objects.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
