import type Joi from 'joi';

/** The part of a joi description that the messages use. */
interface Description {
  readonly type: string;
  readonly flags?: {
    readonly description?: string;
    readonly presence?: string;
    readonly only?: boolean;
  };
  readonly allow?: readonly unknown[];
  readonly rules?: readonly { readonly name: string; readonly args?: RuleArguments }[];
  readonly keys?: Readonly<Record<string, Description>>;
  readonly patterns?: readonly { readonly regex: string; readonly rule: Description }[];
  readonly items?: readonly Description[];
}

interface RuleArguments {
  readonly limit?: number;
  readonly regex?: string;
  readonly options?: { readonly invert?: boolean };
}

/** A field of a message as a reader needs it. */
export interface DescribedField {
  /** Such as `endpoints.<key>.port`. */
  readonly path: string;
  readonly needed: boolean;
  /** Type, limits and form in words. */
  readonly form: string;
  readonly summary: string;
}

/** Every field of a message, those inside others after them. */
export function describeFields(schema: Joi.ObjectSchema): readonly DescribedField[] {
  return inside('', schema.describe() as Description).slice(1);
}

function inside(path: string, field: Description): DescribedField[] {
  const { flags = {}, keys = {}, patterns = [] } = field;
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
  return [
    { path, needed: flags.presence === 'required', form: formOf(field), summary: flags.description ?? '' },
    ...Object.entries(keys).flatMap(([name, inner]) => inside(below(name), inner)),
    ...patterns.flatMap(({ rule }) => inside(below('<key>'), rule).slice(1)),
  ];
}

function formOf(field: Description): string {
  const { type, flags = {}, allow = [], rules = [], patterns = [], items = [] } = field;
  if (flags.only === true) return allow.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  const isWhole = rules.some(({ name }) => name === 'integer');
  const parts = [isWhole ? 'whole number' : (TYPES[type] ?? type), sizeOf(field), ...rules.map(ruleWords)];
  const inner = [
    ...patterns.map(({ regex }) => `each key \`${sourceOf(regex)}\``),
    ...items.map((item) => `each ${formOf(item)}`),
  ];
  return [...parts, ...inner, allow.includes('') ? 'may be empty' : '']
    .filter((part) => part !== '')
    .join(', ');
}

const TYPES: Readonly<Record<string, string>> = { string: 'text', array: 'list' };

function sizeOf({ type, rules = [] }: Description): string {
  const limitOf = (rule: string): string =>
    String(rules.find(({ name }) => name === rule)?.args?.limit ?? '');
  const [min, max] = [limitOf('min'), limitOf('max')];
  if (min === '' && max === '') return '';
  const unit = { string: ' characters', array: ' items', object: ' keys' }[type] ?? '';
  return min === '' ? `at most ${max}${unit}` : `${min} to ${max}${unit}`;
}

function ruleWords({ name, args = {} }: { readonly name: string; readonly args?: RuleArguments }): string {
  if (name === 'trim') return 'one line';
  // What no text may hold is said once, at the top of the page.
  if (name !== 'pattern' || args.regex === undefined || args.options?.invert === true) return '';
  return `\`${sourceOf(args.regex)}\``;
}

/** joi writes a pattern as `/source/flags`. */
function sourceOf(regex: string): string {
  return regex.slice(1, regex.lastIndexOf('/'));
}
