import type { BuildCause } from '../build-server.ts';
import { fieldsOf, listOf, textOf, type Fields } from './json-reading.ts';

/** What to ask of `actions`, of builds and queue items alike. */
export const ACTIONS_TREE =
  'actions[_class,parameters[name,value],causes[_class,shortDescription,userId,upstreamBuild]]';

/** What starts a build as a repetition of another one of its job; only Rebuild has its number as a field. */
const REPETITION = /\.(Rebuild|Replay|RestartDeclarativePipeline|Naginator)Cause$/;
const INTERRUPTED = 'jenkins.model.InterruptedBuildAction';

export interface Actions {
  readonly parameters: Readonly<Record<string, string>>;
  /** Why it was started. */
  readonly causes: readonly BuildCause[];
  /** Why it was interrupted; some builds swallow that and go on. */
  readonly interruptions: readonly BuildCause[];
}

/**
 * Reads the `actions` of a build or queue item. Many are empty objects. One tree shows start causes and
 * interruption causes alike; only the class of the action tells them apart. A parameter without a value (a
 * password) is left out; booleans become text.
 */
export function readActions(value: unknown): Actions {
  const parameters: Record<string, string> = {};
  const causes: BuildCause[] = [];
  const interruptions: BuildCause[] = [];
  for (const each of listOf(value, 'actions')) {
    if (each === null) continue;
    const action = fieldsOf(each, 'actions');
    if (action['parameters'] !== undefined) Object.assign(parameters, readParameters(action['parameters']));
    if (action['causes'] === undefined) continue;
    (action['_class'] === INTERRUPTED ? interruptions : causes).push(...readCauses(action['causes']));
  }
  return { parameters, causes, interruptions };
}

function readParameters(value: unknown): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const each of listOf(value, 'parameters')) {
    const parameter = fieldsOf(each, 'parameters');
    const held = parameter['value'];
    if (!['string', 'boolean', 'number'].includes(typeof held)) continue;
    parameters[textOf(parameter['name'], 'parameters[name]')] = String(held);
  }
  return parameters;
}

function readCauses(value: unknown): BuildCause[] {
  return listOf(value, 'causes').map((each) => readCause(fieldsOf(each, 'causes')));
}

function readCause(cause: Fields): BuildCause {
  const kind = typeof cause['_class'] === 'string' ? cause['_class'] : 'unknown';
  const text = typeof cause['shortDescription'] === 'string' ? cause['shortDescription'] : kind;
  const user = cause['userId'];
  const repeats = REPETITION.test(kind) ? numberOf(cause['upstreamBuild'], text) : undefined;
  return {
    ...{ kind, text },
    ...(typeof user === 'string' && { user_id: user }),
    ...(repeats !== undefined && { repeats }),
  };
}

/** "Replayed #1", "Restarted from build #1, stage Deploy": in any language, the number stays. */
function numberOf(shown: unknown, text: string): number | undefined {
  if (typeof shown === 'number') return shown;
  const [, digits] = /#(\d{1,9})\b/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
