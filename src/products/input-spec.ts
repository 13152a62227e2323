import { inputFault } from './input-values.ts';
import type { InputSpec } from './product.ts';
import type { Fault } from './product-faults.ts';

/** Keys that mean nothing for a type. */
const FOREIGN: Readonly<Record<InputSpec['type'], readonly (keyof InputSpec)[]>> = {
  string: ['minimum', 'maximum'],
  integer: ['pattern', 'choices'],
  boolean: ['pattern', 'choices', 'minimum', 'maximum'],
};

/** What is wrong with the declaration of an input, beyond the form of its fields; `path` is the key. Pure. */
export function inputSpecFaults(spec: InputSpec): Fault[] {
  const faults = FOREIGN[spec.type]
    .filter((key) => spec[key] !== undefined)
    .map((key): Fault => ({ path: key, message: `means nothing for an input of type ${spec.type}` }));
  const pattern = isPattern(spec.pattern ?? '') ? undefined : 'is not a regular expression';
  if (pattern !== undefined) faults.push({ path: 'pattern', message: pattern });
  else faults.push(...defaultFaults(spec));
  if ((spec.minimum ?? -Infinity) > (spec.maximum ?? Infinity)) {
    faults.push({ path: 'minimum', message: 'is above the maximum' });
  }
  return faults;
}

function defaultFaults(spec: InputSpec): Fault[] {
  if (spec.default === undefined) return [];
  if (spec.secret)
    return [{ path: 'default', message: 'a secret input cannot have one: everybody could read it here' }];
  const wrong = inputFault(spec, spec.default);
  return wrong === undefined ? [] : [{ path: 'default', message: `does not fit its own input: ${wrong}` }];
}

function isPattern(text: string): boolean {
  try {
    new RegExp(`^(?:${text})$`, 'u');
    return true;
  } catch {
    return false;
  }
}
