import { checkArguments, requiredText, textArgument } from './call-arguments.ts';
import type { Call } from './calls.ts';
import type { PipelineOptions } from './pipeline.ts';
import { JenkinsfileError } from './pipeline.ts';

const UNIT_MS: Readonly<Record<string, number>> = { SECONDS: 1000, MINUTES: 60_000, HOURS: 3_600_000 };

export const NO_OPTIONS: PipelineOptions = { timestamps: false };

/** One statement of the options block added to those before it. */
export function withOption(options: PipelineOptions, call: Call): PipelineOptions {
  switch (call.name) {
    case 'timeout':
      return { ...options, timeoutMs: readTimeout(call) };
    case 'timestamps':
      checkArguments(call, []);
      return { ...options, timestamps: true };
    case 'buildDiscarder':
      return { ...options, ...readDiscarder(call) };
    case 'disableRestartFromStage':
      checkArguments(call, []);
      return options;
    case 'skipDefaultCheckout':
      checkArguments(call, [], 1);
      return options;
    default:
      throw new JenkinsfileError(call.line, `the option ${call.name} is not supported`);
  }
}

function readTimeout(call: Call): number {
  checkArguments(call, ['time', 'unit'], 1);
  const time = call.named.get('time') ?? call.positional[0];
  if (time?.kind !== 'number' || time.value < 1) {
    throw new JenkinsfileError(call.line, 'timeout needs time: a whole number above 0');
  }
  const unit = textArgument(call, 'unit') ?? 'MINUTES';
  const unitMs = Object.hasOwn(UNIT_MS, unit) ? UNIT_MS[unit] : undefined;
  if (unitMs === undefined) {
    throw new JenkinsfileError(
      call.line,
      `the unit of timeout must be one of ${Object.keys(UNIT_MS).join(', ')}`,
    );
  }
  return time.value * unitMs;
}

function readDiscarder(call: Call): { buildsToKeep?: number } {
  checkArguments(call, [], 1);
  const value = call.positional[0];
  if (value?.kind !== 'call' || value.call.name !== 'logRotator') {
    throw new JenkinsfileError(call.line, "buildDiscarder needs logRotator(numToKeepStr: '…')");
  }
  const known = ['numToKeepStr', 'daysToKeepStr', 'artifactNumToKeepStr', 'artifactDaysToKeepStr'];
  checkArguments(value.call, known);
  if (!value.call.named.has('numToKeepStr')) return {};
  const text = requiredText(value.call, 'numToKeepStr');
  if (!/^[1-9][0-9]{0,5}$/.test(text)) {
    throw new JenkinsfileError(value.call.line, 'numToKeepStr must be a whole number in quotes');
  }
  return { buildsToKeep: Number(text) };
}
