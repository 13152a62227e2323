import { useTexts } from '../language.tsx';
import { deploymentHref, instanceDetailHref, Link } from '../location.tsx';
import { Badge } from '../parts/badge.tsx';
import { ReasonText } from '../parts/reason-text.tsx';
import { wordsFor } from '../texts/words.ts';
import { type DeploymentView, waitReason } from '../views.ts';
import { BuildLink, Times, TriggerWords } from './deployment-facts.tsx';
import { Holder } from './holder.tsx';
import { Cell, type Column } from './table.tsx';

export const DEPLOYMENT_COLUMNS: readonly Column[] = ['phase', 'deployment', 'trigger', 'build', 'times'];

interface DeploymentRowProps {
  readonly deployment: DeploymentView;
  /** All rows are of one instance. */
  readonly isOfOne?: boolean;
}

export function DeploymentRow({ deployment, isOfOne }: DeploymentRowProps) {
  const texts = useTexts();
  const wait = waitReason(deployment);
  return (
    <tr role="row" data-deployment={deployment.deployment_id}>
      <Cell column="phase">
        <span className="brief">
          <Badge of={deployment.phase}>{texts.phase[deployment.phase]}</Badge>{' '}
          {wait && <>{wordsFor(wait, texts)} </>}
          {deployment.pending?.holder && <Holder id={deployment.pending.holder} />}
          {deployment.reason && <ReasonText reason={deployment.reason} />}
        </span>
      </Cell>
      <Cell column="deployment">
        <Link to={deploymentHref(deployment.deployment_id)}>{texts.kind[deployment.kind]}</Link>{' '}
        {isOfOne ? (
          <code className="id">{deployment.deployment_id}</code>
        ) : (
          <OfInstance id={deployment.instance_id} />
        )}
      </Cell>
      <Cell column="trigger">
        <TriggerWords deployment={deployment} />
      </Cell>
      <Cell column="build">
        <BuildLink build={deployment.build} />
      </Cell>
      <Cell column="times">
        <Times deployment={deployment} />
      </Cell>
    </tr>
  );
}

export function OfInstance({ id }: { readonly id: string }) {
  const { console: texts } = useTexts();
  return (
    <>
      {texts.of} <Link to={instanceDetailHref(id)}>{id}</Link>
    </>
  );
}
