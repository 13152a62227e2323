import { useTexts } from '../language.tsx';
import { deploymentHref, Link } from '../location.tsx';
import { Badge } from '../parts/badge.tsx';
import { Moment } from '../parts/moment.tsx';
import { nextWords } from '../parts/next-words.ts';
import { wordsFor } from '../texts/words.ts';
import { deadlineOf, type DeploymentView, waitReason } from '../views.ts';
import { CancelButton } from './deployment-acts.tsx';
import { Holder } from './holder.tsx';
import { OfInstance } from './deployment-row.tsx';
import { Cell } from './table.tsx';

/** A deployment that has not ended: why, who holds it, since when, until when, and what comes next. */
export function PendingRow({ deployment }: { readonly deployment: DeploymentView }) {
  const texts = useTexts();
  const { pending } = deployment;
  const wait = waitReason(deployment);
  return (
    <tr role="row" data-deployment={deployment.deployment_id}>
      <Cell column="deployment">
        <Link to={deploymentHref(deployment.deployment_id)}>{texts.kind[deployment.kind]}</Link>{' '}
        <OfInstance id={deployment.instance_id} />
      </Cell>
      <Cell column="phase">
        <Badge of={deployment.phase}>{texts.phase[deployment.phase]}</Badge>
        {wait && <span className="reason-detail">{wordsFor(wait, texts)}</span>}
        {pending?.position !== undefined && (
          <span className="quiet reason-detail">{texts.progress.position(pending.position)}</span>
        )}
      </Cell>
      <Cell column="holder">
        <Holder id={pending?.holder} />
      </Cell>
      <Cell column="since">
        <Moment at={pending?.since ?? null} isNear />
      </Cell>
      <Cell column="deadline">
        <Moment at={deadlineOf(deployment)} isNear />
      </Cell>
      <Cell column="next">{nextWords(deployment, texts)}</Cell>
      <Cell column="actions">
        <CancelButton deployment={deployment} />
      </Cell>
    </tr>
  );
}
