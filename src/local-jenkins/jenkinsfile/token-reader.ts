import { JenkinsfileError } from './pipeline.ts';
import type { Token } from './tokens.ts';

/** A cursor over tokens with the few questions that the parser asks. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get token(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', line: 1 };
  }

  get line(): number {
    return this.token.line;
  }

  /** The token behind the present one. */
  get following(): Token {
    return this.#tokens[this.#at + 1] ?? { kind: 'end', line: this.line };
  }

  advance(): Token {
    const token = this.token;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  isMark(text: string): boolean {
    return this.token.kind === 'mark' && this.token.text === text;
  }

  skipBreaks(): void {
    while (this.token.kind === 'break') this.advance();
  }

  expectMark(text: string): void {
    if (!this.isMark(text)) this.fail(`expected ${text} but found ${describe(this.token)}`);
    this.advance();
  }

  expectWord(what: string): string {
    const token = this.token;
    if (token.kind !== 'word') return this.fail(`expected ${what} but found ${describe(token)}`);
    this.advance();
    return token.text;
  }

  /** A statement ends at a line break, a semicolon or the closing bracket of its block. */
  expectStatementEnd(): void {
    if (this.token.kind === 'break' || this.isMark('}')) return;
    this.fail(`expected the end of the line but found ${describe(this.token)}`);
  }

  fail(reason: string, line: number = this.line): never {
    throw new JenkinsfileError(line, reason);
  }
}

export function describe(token: Token): string {
  if (token.kind === 'end') return 'the end of the file';
  if (token.kind === 'break') return 'the end of the line';
  if (token.kind === 'string') return 'a string';
  return token.kind === 'number' ? String(token.value) : token.text;
}
