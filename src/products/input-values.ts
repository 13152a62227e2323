import type { FieldFault } from '../http/validate.ts';
import { AppError } from '../platform/errors.ts';
import type { InputSpec, InputValue, Product } from './product.ts';

const TOTAL_LIMIT_BYTES = 65_536;
const WHOLE_NUMBER = /^-?(?:0|[1-9][0-9]{0,14})$/;

/**
 * The inputs of an order as the values that travel to the host, defaults filled in, in the order of
 * product.yaml. Text is kept byte for byte: Jinja, shell or Compose syntax in it means nothing to anybody.
 * Inputs that are neither given nor have a default are left out. Throws `validation_failed` with every fault
 * (details.errors: {field: "inputs.<name>", message}).
 */
export function validateInputs(product: Pick<Product, 'inputs'>, raw: unknown = {}): InputValue[] {
  if (!isRecord(raw)) throw invalid([{ field: 'inputs', message: 'must be an object' }]);
  const faults = unknownNames(product, raw);
  const values: InputValue[] = [];
  for (const [name, spec] of Object.entries(product.inputs)) {
    const value = (Object.hasOwn(raw, name) ? raw[name] : undefined) ?? spec.default;
    const fault = value === undefined ? absence(spec) : inputFault(spec, value);
    if (fault !== undefined) faults.push({ field: `inputs.${name}`, message: fault });
    else if (value !== undefined) values.push(toValue(spec, value));
  }
  const bytes = values.reduce((sum, { value }) => sum + Buffer.byteLength(value), 0);
  if (bytes > TOTAL_LIMIT_BYTES) {
    faults.push({ field: 'inputs', message: `are larger than ${TOTAL_LIMIT_BYTES} bytes together` });
  }
  if (faults.length > 0) throw invalid(faults);
  return values;
}

function unknownNames(
  { inputs }: Pick<Product, 'inputs'>,
  raw: Readonly<Record<string, unknown>>,
): FieldFault[] {
  return Object.keys(raw)
    .filter((name) => !Object.hasOwn(inputs, name))
    .slice(0, 50)
    .map((name) => ({ field: `inputs.${shown(name)}`, message: 'this product has no such input' }));
}

function absence({ required }: InputSpec): string | undefined {
  return required ? 'is required' : undefined;
}

/** Why this value does not fit; undefined when it does. The value itself is never in the words. Pure. */
export function inputFault(spec: InputSpec, value: unknown): string | undefined {
  switch (spec.type) {
    case 'string':
      return typeof value === 'string' ? textFault(spec, value) : 'must be text';
    case 'integer':
      return integerFault(spec, value);
    case 'boolean':
      return [true, false, 'true', 'false'].includes(value as boolean) ? undefined : 'must be true or false';
    default:
      return spec.type satisfies never;
  }
}

function textFault(spec: InputSpec, text: string): string | undefined {
  const { required, max_length: limit } = spec;
  if (required && text === '') return 'is required';
  // The first comparison spares counting the characters of a huge text.
  if (text.length > 2 * limit || Array.from(text).length > limit)
    return `must not be longer than ${limit} characters`;
  if (/\p{Cs}/u.test(text)) return 'must be well-formed Unicode';
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) return 'must not hold control characters or line breaks';
  return formFault(spec, text);
}

function formFault({ choices, pattern }: InputSpec, text: string): string | undefined {
  if (choices !== undefined && !choices.includes(text)) return `must be one of: ${choices.join(', ')}`;
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(text))
    return `must match ${pattern}`;
  return undefined;
}

function integerFault({ minimum, maximum }: InputSpec, value: unknown): string | undefined {
  const number = typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) return 'must be a whole number';
  if (minimum !== undefined && number < minimum) return `must not be below ${minimum}`;
  if (maximum !== undefined && number > maximum) return `must not be above ${maximum}`;
  return undefined;
}

function toValue({ env, secret, services }: InputSpec, value: unknown): InputValue {
  return { env, value: String(value), secret, ...(services === undefined ? {} : { services }) };
}

function invalid(errors: readonly FieldFault[]): AppError {
  return new AppError('validation_failed', 'Some inputs are not right', { details: { errors } });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name that came from outside, fit for a message. */
function shown(name: string): string {
  return /^[A-Za-z0-9_.-]{1,60}$/.test(name) ? name : JSON.stringify(name.slice(0, 60));
}
