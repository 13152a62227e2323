import { formatDuration } from '../format.ts';
import { useLanguage } from '../language.tsx';
import type { Texts } from '../texts/texts.ts';
import type { DeploymentView } from '../views.ts';

interface Mark {
  readonly name: string;
  readonly at: number;
}

/** Every phase and stage with its exact moment, as recorded. */
export function Timeline({ deployment }: { readonly deployment: DeploymentView }) {
  const { language, texts } = useLanguage();
  const marks = marksOf(deployment, texts);
  const began = Date.parse(deployment.created_at);
  return (
    <details>
      <summary>{texts.console.record}</summary>
      <ol className="marks">
        {marks.map(({ name, at }) => (
          <li key={`${name} ${at}`}>
            <time dateTime={new Date(at).toISOString()}>{new Date(at).toISOString()}</time>{' '}
            <span className="quiet">+{formatDuration(at - began, language)}</span> {name}
          </li>
        ))}
      </ol>
    </details>
  );
}

function marksOf({ timeline, stages, decision, cancel }: DeploymentView, texts: Texts): readonly Mark[] {
  const { mark, outcome } = texts.console;
  const marks = [
    ...timeline.map(({ phase, at }) => ({ name: `${mark.phase} ${texts.phase[phase]}`, at })),
    ...stages.map(({ stage, status, at }) => ({
      name: `${mark.stage} ${texts.steps[stage]}: ${texts.console.stageStatus[status]}`,
      at,
    })),
    ...(decision ? [{ name: `${mark.decision} ${outcome[decision.outcome]}`, at: decision.at }] : []),
    ...(cancel ? [{ name: `${mark.cancel} ${cancel.by}`, at: cancel.at }] : []),
  ];
  return marks.map(({ name, at }) => ({ name, at: Date.parse(at) })).sort((a, b) => a.at - b.at);
}
