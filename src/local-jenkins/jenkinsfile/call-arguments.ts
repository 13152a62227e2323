import type { Call, Value } from './calls.ts';
import { JenkinsfileError } from './pipeline.ts';

/** Refuses every named argument outside of `known` and more than `positional` unnamed ones. */
export function checkArguments(call: Call, known: readonly string[], positional = 0): void {
  for (const [name, value] of call.named) {
    if (known.includes(name)) continue;
    const may = known.length === 0 ? 'none' : known.join(', ');
    throw new JenkinsfileError(value.line, `${call.name} does not take ${name} here (it takes: ${may})`);
  }
  const extra = call.positional[positional];
  if (extra !== undefined) throw new JenkinsfileError(extra.line, `${call.name} has an argument too many`);
}

export function textArgument(call: Call, name: string): string | undefined {
  const value = call.named.get(name);
  return value === undefined ? undefined : asText(value, `${name} of ${call.name}`);
}

export function requiredText(call: Call, name: string): string {
  const text = textArgument(call, name);
  if (text === undefined) throw new JenkinsfileError(call.line, `${call.name} needs ${name}: '…'`);
  return text;
}

export function booleanArgument(call: Call, name: string): boolean | undefined {
  const value = call.named.get(name);
  if (value === undefined) return undefined;
  if (value.kind === 'boolean') return value.value;
  throw new JenkinsfileError(value.line, `${name} of ${call.name} must be true or false`);
}

/** The named argument, or the only positional one. */
export function mainText(call: Call, name: string): string {
  const value = call.named.get(name) ?? call.positional[0];
  if (value === undefined) throw new JenkinsfileError(call.line, `${call.name} needs a '…' argument`);
  if (call.named.has(name) && call.positional.length > 0) {
    throw new JenkinsfileError(call.line, `${call.name} has an argument too many`);
  }
  return asText(value, call.name);
}

export function asText(value: Value, what: string): string {
  if (value.kind === 'string') return value.value;
  throw new JenkinsfileError(value.line, `${what} must be a single-quoted string`);
}

/** A name that a shell can read as a variable. */
export function asVariable(text: string, line: number): string {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(text)) return text;
  throw new JenkinsfileError(line, `${JSON.stringify(text)} is not a name that a shell can read`);
}
