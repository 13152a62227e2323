import type { ParameterDefinition } from '../jenkinsfile/pipeline.ts';
import type { Cause, Interruption } from '../model/causes.ts';
import { describeCause, describeInterruption } from '../model/causes.ts';
import type { ParameterValue } from '../model/parameters.ts';
import { defaultOf } from '../model/parameters.ts';
import { jobPath } from '../run/build-environment.ts';

type View = Record<string, unknown>;

export function parametersAction(parameters: readonly ParameterValue[]): View {
  return { _class: 'hudson.model.ParametersAction', parameters: parameters.map(valueView) };
}

export function causeAction(causes: readonly Cause[]): View {
  return { _class: 'hudson.model.CauseAction', causes: causes.map(causeView) };
}

export function interruptedAction(interruptions: readonly Interruption[]): View {
  return {
    _class: 'jenkins.model.InterruptedBuildAction',
    causes: interruptions.map((interruption) => ({
      _class:
        interruption.kind === 'user'
          ? 'jenkins.model.CauseOfInterruption$UserInterruption'
          : 'org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution$ExceededTimeout',
      shortDescription: describeInterruption(interruption),
    })),
  };
}

function valueView({ name, value }: ParameterValue): View {
  const kind = typeof value === 'boolean' ? 'Boolean' : 'String';
  return { _class: `hudson.model.${kind}ParameterValue`, name, value };
}

function causeView(cause: Cause): View {
  const shortDescription = describeCause(cause);
  switch (cause.kind) {
    case 'user': {
      const { user_id: userId } = cause;
      return { _class: 'hudson.model.Cause$UserIdCause', shortDescription, userId, userName: userId };
    }
    case 'rebuild':
      return {
        _class: 'com.sonyericsson.rebuild.RebuildCause',
        shortDescription,
        upstreamBuild: cause.build,
        upstreamProject: cause.job,
        upstreamUrl: jobPath(cause.job),
      };
    case 'replay':
      return { _class: 'org.jenkinsci.plugins.workflow.cps.replay.ReplayCause', shortDescription };
    default:
      return cause satisfies never;
  }
}

const DEFINITION_CLASS = { string: 'String', boolean: 'Boolean', choice: 'Choice' } as const;

/** The job property that declares parameters (observed). */
export function parametersProperty(definitions: readonly ParameterDefinition[]): View[] {
  if (definitions.length === 0) return [];
  const parameterDefinitions = definitions.map((definition) => {
    const type = `${DEFINITION_CLASS[definition.kind]}ParameterDefinition`;
    const { name, description } = definition;
    return {
      _class: `hudson.model.${type}`,
      defaultParameterValue: valueView({ name, value: defaultOf(definition) }),
      description: description === '' ? null : description,
      name,
      type,
      ...(definition.kind === 'choice' ? { choices: definition.choices } : {}),
    };
  });
  return [{ _class: 'hudson.model.ParametersDefinitionProperty', parameterDefinitions }];
}
