import type { ParameterDefinition } from '../jenkinsfile/pipeline.ts';

/** A value as a build carries it. */
export interface ParameterValue {
  readonly name: string;
  readonly value: string | boolean;
}

/** A submitted value that Jenkins would answer with 500. */
export class BadParameterError extends Error {}

/**
 * The values of a `buildWithParameters` call: declared names only, defaults for what is missing.
 * Throws BadParameterError for a name given twice and for a choice that is not in the list.
 */
export function valuesFromForm(
  definitions: readonly ParameterDefinition[],
  form: URLSearchParams,
): ParameterValue[] {
  return definitions.map((definition) => {
    const given = form.getAll(definition.name);
    if (given.length > 1) throw new BadParameterError('Illegal number of parameter values');
    return { name: definition.name, value: toValue(definition, given[0] ?? defaultOf(definition)) };
  });
}

/** The values of a submitted Jenkins form: only those named, undeclared names are an error (observed). */
export function valuesFromList(
  definitions: readonly ParameterDefinition[],
  given: readonly ParameterValue[],
): ParameterValue[] {
  return given.map(({ name, value }) => {
    const definition = definitions.find((known) => known.name === name);
    if (definition === undefined) throw new BadParameterError(`No such parameter definition: ${name}`);
    return { name, value: toValue(definition, value) };
  });
}

export function defaultOf(definition: ParameterDefinition): string | boolean {
  return definition.kind === 'choice' ? (definition.choices[0] ?? '') : definition.default_value;
}

function toValue(definition: ParameterDefinition, given: string | boolean): string | boolean {
  if (definition.kind === 'boolean') return String(given).toLowerCase() === 'true';
  const text = String(given);
  if (definition.kind === 'string') return definition.trim ? text.trim() : text;
  if (!definition.choices.includes(text)) {
    throw new BadParameterError(`Illegal choice for parameter ${definition.name}`);
  }
  return text;
}

/** Whether two submissions would become one queue item: the same set of names and values. */
export function sameValues(left: readonly ParameterValue[], right: readonly ParameterValue[]): boolean {
  const key = (values: readonly ParameterValue[]): string =>
    JSON.stringify(values.map(({ name, value }) => [name, value]).sort());
  return key(left) === key(right);
}
