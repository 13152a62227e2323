import {
  asText,
  asVariable,
  booleanArgument,
  checkArguments,
  requiredText,
  textArgument,
} from './call-arguments.ts';
import type { Call } from './calls.ts';
import type { ParameterDefinition } from './pipeline.ts';
import { JenkinsfileError } from './pipeline.ts';

/** One statement of the parameters block: string, booleanParam or choice with literals. */
export function readParameter(call: Call): ParameterDefinition {
  switch (call.name) {
    case 'string':
      checkArguments(call, ['name', 'defaultValue', 'description', 'trim']);
      return {
        kind: 'string',
        ...common(call),
        default_value: textArgument(call, 'defaultValue') ?? '',
        trim: booleanArgument(call, 'trim') ?? false,
      };
    case 'booleanParam':
      checkArguments(call, ['name', 'defaultValue', 'description']);
      return {
        kind: 'boolean',
        ...common(call),
        default_value: booleanArgument(call, 'defaultValue') ?? false,
      };
    case 'choice':
      checkArguments(call, ['name', 'choices', 'description']);
      return { kind: 'choice', ...common(call), choices: readChoices(call) };
    default:
      throw new JenkinsfileError(call.line, `parameters of the kind ${call.name} are not supported`);
  }
}

function common(call: Call): { name: string; description: string } {
  return {
    name: asVariable(requiredText(call, 'name'), call.line),
    description: textArgument(call, 'description') ?? '',
  };
}

function readChoices(call: Call): string[] {
  const value = call.named.get('choices');
  if (value === undefined) throw new JenkinsfileError(call.line, "choice needs choices: ['…']");
  const choices =
    value.kind === 'list'
      ? value.items.map((item) => asText(item, 'each choice'))
      : asText(value, 'choices').split('\n');
  if (choices.length === 0) throw new JenkinsfileError(value.line, 'choices is empty');
  return choices;
}
