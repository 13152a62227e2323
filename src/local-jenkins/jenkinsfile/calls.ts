import type { TokenReader } from './token-reader.ts';
import { describe } from './token-reader.ts';

/** A literal argument, or one call that stands as an argument: `logRotator(…)`, `string(…)`. */
export type Value =
  | { kind: 'string'; line: number; value: string }
  | { kind: 'number'; line: number; value: number }
  | { kind: 'boolean'; line: number; value: boolean }
  | { kind: 'list'; line: number; items: Value[] }
  | { kind: 'call'; line: number; call: Call };

export interface Call {
  readonly name: string;
  readonly line: number;
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** Deeper nesting than this is refused, so that no text can exhaust the stack. */
const MAX_DEPTH = 12;

/** Reads `name(…)` or `name argument, argument`. */
export function readCall(reader: TokenReader, depth = 0): Call {
  if (depth > MAX_DEPTH) reader.fail('nested too deeply');
  const line = reader.line;
  const name = reader.expectWord('a name');
  if (!reader.isMark('(')) return { name, line, ...readArguments(reader, depth, false) };
  reader.advance();
  const found = readArguments(reader, depth, true);
  reader.expectMark(')');
  return { name, line, ...found };
}

function readArguments(
  reader: TokenReader,
  depth: number,
  inBrackets: boolean,
): { positional: Value[]; named: Map<string, Value> } {
  const positional: Value[] = [];
  const named = new Map<string, Value>();
  if (inBrackets ? reader.isMark(')') : isStatementEnd(reader)) return { positional, named };
  for (;;) {
    const token = reader.token;
    if (token.kind === 'word' && reader.following.kind === 'mark' && reader.following.text === ':') {
      if (named.has(token.text)) reader.fail(`${token.text} is given twice`);
      reader.advance();
      reader.advance();
      named.set(token.text, readValue(reader, depth + 1));
    } else {
      positional.push(readValue(reader, depth + 1));
    }
    if (!reader.isMark(',')) return { positional, named };
    reader.advance();
    // a comma may end a line of a call without brackets
    reader.skipBreaks();
  }
}

function isStatementEnd(reader: TokenReader): boolean {
  const kind = reader.token.kind;
  return kind === 'break' || kind === 'end' || reader.isMark('}') || reader.isMark('{');
}

function readValue(reader: TokenReader, depth: number): Value {
  if (depth > MAX_DEPTH) reader.fail('nested too deeply');
  const token = reader.token;
  const line = token.line;
  if (token.kind === 'string' || token.kind === 'number') {
    reader.advance();
    return token.kind === 'string'
      ? { kind: 'string', line, value: token.value }
      : { kind: 'number', line, value: token.value };
  }
  if (token.kind === 'word' && (token.text === 'true' || token.text === 'false')) {
    reader.advance();
    return { kind: 'boolean', line, value: token.text === 'true' };
  }
  if (reader.isMark('[')) return { kind: 'list', line, items: readList(reader, depth) };
  if (token.kind === 'word' && reader.following.kind === 'mark' && reader.following.text === '(') {
    return { kind: 'call', line, call: readCall(reader, depth) };
  }
  return reader.fail(`expected a literal but found ${describe(token)}`);
}

function readList(reader: TokenReader, depth: number): Value[] {
  reader.expectMark('[');
  const items: Value[] = [];
  while (!reader.isMark(']')) {
    items.push(readValue(reader, depth + 1));
    if (!reader.isMark(',')) break;
    reader.advance();
  }
  reader.expectMark(']');
  return items;
}
