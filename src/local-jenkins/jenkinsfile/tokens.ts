import { JenkinsfileError } from './pipeline.ts';

export type Token =
  | { kind: 'word'; line: number; text: string }
  | { kind: 'number'; line: number; value: number }
  | { kind: 'string'; line: number; value: string }
  | { kind: 'mark'; line: number; text: string }
  /** A newline or a semicolon; inside round and square brackets newlines are left out. */
  | { kind: 'break'; line: number }
  | { kind: 'end'; line: number };

const MARKS = '{}()[],:=';
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '\\': '\\',
  "'": "'",
  '"': '"',
  $: '$',
};
const REASONS: Readonly<Record<string, string>> = {
  '"': "double-quoted strings are not supported, write '…'",
  '.': 'properties and method calls are not supported',
  '+': 'expressions are not supported',
  $: '$ outside of a single-quoted string is not supported',
  '@': 'annotations and libraries are not supported',
  '/': 'slashy strings and divisions are not supported',
};

/** Splits a Jenkinsfile into tokens; ends with one `end`. Throws JenkinsfileError at what no token can start with. */
export function tokenise(text: string): Token[] {
  return new Tokeniser(text).run();
}

class Tokeniser {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #brackets = 0;

  constructor(text: string) {
    this.#text = text.replace(/\r\n?/g, '\n');
  }

  run(): Token[] {
    while (this.#at < this.#text.length) this.#next();
    this.#tokens.push({ kind: 'end', line: this.#line });
    return this.#tokens;
  }

  #next(): void {
    const char = this.#text.charAt(this.#at);
    if (char === '\n' || char === ';') return this.#break(char);
    if (char === ' ' || char === '\t') {
      this.#at += 1;
      return;
    }
    if (this.#text.startsWith('//', this.#at)) return this.#skipTo('\n', false);
    if (this.#text.startsWith('/*', this.#at)) return this.#skipTo('*/', true);
    if (char === "'") return this.#string();
    if (MARKS.includes(char)) return this.#mark(char);
    this.#wordOrNumber(char);
  }

  #break(char: string): void {
    if (char === ';' || this.#brackets === 0) this.#tokens.push({ kind: 'break', line: this.#line });
    if (char === '\n') this.#line += 1;
    this.#at += 1;
  }

  #skipTo(mark: string, mustExist: boolean): void {
    const found = this.#text.indexOf(mark, this.#at + 2);
    if (found < 0 && mustExist) throw new JenkinsfileError(this.#line, 'this comment is never closed');
    const end = found < 0 ? this.#text.length : found + (mustExist ? mark.length : 0);
    this.#line += countNewlines(this.#text.slice(this.#at, end));
    this.#at = end;
  }

  #mark(text: string): void {
    if (text === '(' || text === '[') this.#brackets += 1;
    if (text === ')' || text === ']') this.#brackets = Math.max(0, this.#brackets - 1);
    this.#tokens.push({ kind: 'mark', line: this.#line, text });
    this.#at += 1;
  }

  #wordOrNumber(char: string): void {
    const match = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]{1,9}(?![A-Za-z0-9_.]))/.exec(
      this.#text.slice(this.#at, this.#at + 200),
    );
    if (match === null) {
      const reason = REASONS[char] ?? `unexpected character ${JSON.stringify(char)}`;
      throw new JenkinsfileError(this.#line, reason);
    }
    const text = match[0];
    const line = this.#line;
    this.#tokens.push(
      /^[0-9]/.test(text) ? { kind: 'number', line, value: Number(text) } : { kind: 'word', line, text },
    );
    this.#at += text.length;
  }

  #string(): void {
    const startLine = this.#line;
    const quote = this.#text.startsWith("'''", this.#at) ? "'''" : "'";
    const value: string[] = [];
    this.#at += quote.length;
    while (!this.#text.startsWith(quote, this.#at)) {
      const char = this.#text.charAt(this.#at);
      if (char === '' || (char === '\n' && quote === "'")) {
        throw new JenkinsfileError(startLine, 'this string is never closed');
      }
      value.push(char === '\\' ? this.#escape() : char);
      if (char !== '\\') this.#at += 1;
      if (char === '\n') this.#line += 1;
    }
    this.#at += quote.length;
    this.#tokens.push({ kind: 'string', line: startLine, value: value.join('') });
  }

  /** Reads one escape and moves behind it. What Groovy refuses is refused here too. */
  #escape(): string {
    const char = this.#text.charAt(this.#at + 1);
    if (char === '\n') {
      this.#at += 2;
      this.#line += 1;
      return '';
    }
    const unicode = /^\\u([0-9a-fA-F]{4})/.exec(this.#text.slice(this.#at, this.#at + 6));
    if (unicode !== null) {
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(unicode[1] ?? '', 16));
    }
    const plain = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
    if (plain === undefined) {
      throw new JenkinsfileError(this.#line, `unknown escape \\${char}; write \\\\ for a backslash`);
    }
    this.#at += 2;
    return plain;
  }
}

function countNewlines(text: string): number {
  return text.split('\n').length - 1;
}
