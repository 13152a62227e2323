import { redactForms } from '../../platform/redaction.ts';

const REDACTED = '[redacted]';
const KEY_BEGIN = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/;
const KEY_END = /-----END [A-Z ]{0,30}PRIVATE KEY-----/;
/** The longest private keys have about 100 lines; what never ends is not one. */
const KEY_LINES = 200;
const LONGEST_LINE = 16 * 1_024;
/** Shorter values stand in every other line by chance. */
const SHORTEST_SECRET = 6;
/** `DB_PASSWORD=…`, `"token": "…"`: what stands behind a name that says what it is. */
const NAMED =
  /((?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|credentials?)["']?[ \t]{0,4}[=:][ \t]{0,4})(?:"[^"]{1,2000}"|'[^']{1,2000}'|[^\s"',;]{1,2000})/gi;

/** Takes secrets out of the lines of a log. It remembers between calls whether it is inside of a private key. */
export class LogCleaner {
  readonly #secrets: readonly string[];
  #keyLines: number;

  constructor(secrets: readonly string[], keyLines = 0) {
    this.#secrets = formsOf(secrets);
    this.#keyLines = keyLines;
  }

  /** How many lines of a private key may still follow. */
  get keyLines(): number {
    return this.#keyLines;
  }

  /** Whole lines, each with its LF: a secret never lies across two calls. */
  clean(lines: string): string {
    if (lines === '') return '';
    // No form of a secret has a line end: all lines can be searched at once, which is far quicker.
    return this.#secrets
      .reduce((clean, secret) => clean.replaceAll(secret, REDACTED), lines)
      .slice(0, -1)
      .split('\n')
      .flatMap((line) => this.#line(line))
      .join('');
  }

  #line(line: string): readonly string[] {
    const open = this.#withoutKeys(line);
    if (open === undefined) return [];
    return [`${shortened(redactForms(open).replace(NAMED, `$1${REDACTED}`))}\n`];
  }

  /** Undefined for a line inside of a private key; of others what stands before, between and behind keys. */
  #withoutKeys(line: string): string | undefined {
    let rest = line;
    let open = '';
    if (this.#keyLines > 0) {
      const end = KEY_END.exec(rest);
      this.#keyLines = end ? 0 : this.#keyLines - 1;
      if (!end) return undefined;
      rest = rest.slice(end.index + end[0].length);
      if (rest === '') return undefined;
    }
    for (let begin = KEY_BEGIN.exec(rest); begin; begin = KEY_BEGIN.exec(rest)) {
      open += `${rest.slice(0, begin.index)}${begin[0]}${REDACTED}`;
      rest = rest.slice(begin.index + begin[0].length);
      const end = KEY_END.exec(rest);
      if (!end) {
        this.#keyLines = KEY_LINES;
        return open;
      }
      rest = rest.slice(end.index + end[0].length);
    }
    return open + rest;
  }
}

function shortened(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  return `${line.slice(0, LONGEST_LINE)}… [${String(line.length - LONGEST_LINE)} more characters]`;
}

/** A secret as programs print it: itself, its lines, and how JSON, URLs and base64 write it. Longest first. */
function formsOf(secrets: readonly string[]): readonly string[] {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [
      ...secret.split(/\r?\n/),
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ])
    .filter((form) => form.length >= SHORTEST_SECRET);
  return [...new Set(forms)].sort((one, other) => other.length - one.length);
}
