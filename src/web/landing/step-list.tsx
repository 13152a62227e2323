import { useEverySecond } from '../action.ts';
import { serverNow } from '../clock.ts';
import { formatDuration, formatMoment } from '../format.ts';
import { useLanguage } from '../language.tsx';
import type { DeploymentView } from '../views.ts';
import type { Step } from './steps.ts';

interface StepListProps {
  readonly steps: readonly Step[];
  readonly kind: DeploymentView['kind'];
}

export function StepList({ steps, kind }: StepListProps) {
  const { texts } = useLanguage();
  useEverySecond(steps.some(({ state }) => state === 'current'));
  return (
    <ol className="steps" aria-label={texts.progress.steps}>
      {steps.map((step) => (
        <li
          key={step.name}
          className={`step step-${step.state}`}
          data-step={step.name}
          aria-current={step.state === 'current' ? 'step' : undefined}
        >
          <span className="step-mark" aria-hidden="true" />
          <span className="step-name">
            {step.name === 'end' ? texts.stepsEnd[kind] : texts.steps[step.name]}
            <span className="visually-hidden"> ({texts.stepState[step.state]})</span>
          </span>
          <StepTimes step={step} />
        </li>
      ))}
    </ol>
  );
}

function StepTimes({ step: { beganAt, endedAt, state, name } }: { readonly step: Step }) {
  const { language } = useLanguage();
  if (beganAt === undefined) return null;
  const until = endedAt ?? (state === 'current' ? serverNow() : undefined);
  return (
    <span className="step-times">
      {until !== undefined && name !== 'end' && (
        <span className="step-took">{formatDuration(until - beganAt, language)}</span>
      )}
      <time dateTime={new Date(beganAt).toISOString()}>{formatMoment(beganAt, language)}</time>
    </span>
  );
}
