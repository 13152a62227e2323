import { useTexts } from '../language.tsx';
import { historyHref, instanceHref, Link, logHref, webAddress } from '../location.tsx';
import { Badge } from '../parts/badge.tsx';
import { ReasonText } from '../parts/reason-text.tsx';
import { wordsFor } from '../texts/words.ts';
import { type DeploymentView, type InstanceView, waitReason } from '../views.ts';
import { Cell } from './table.tsx';

interface InstanceRowProps {
  readonly instance: InstanceView;
  readonly onDelete: (instance: InstanceView) => void;
}

export function InstanceRow({ instance, onDelete }: InstanceRowProps) {
  const texts = useTexts();
  const href = webAddress(instance.access_url);
  const isGone = instance.status === 'deleted';
  return (
    <tr role="row" data-instance={instance.instance_id}>
      <Cell column="status">
        <Badge of={instance.status}>{texts.status[instance.status]}</Badge>
      </Cell>
      <Cell column="product">
        {instance.product_name} <span className="quiet">{instance.product_version}</span>
      </Cell>
      <Cell column="client">
        {instance.client_name} <span className="quiet">{instance.environment}</span>
      </Cell>
      <Cell column="host">{instance.host_id}</Cell>
      <Cell column="link">
        {href && !isGone ? (
          <a href={href} target="_blank" rel="noopener noreferrer">
            {instance.instance_id}
          </a>
        ) : (
          instance.instance_id
        )}
      </Cell>
      <Cell column="deployment">
        <Brief label={texts.console.active} deployment={instance.active} />
        <Brief label={texts.console.waiting} deployment={instance.waiting} />
        {!instance.active && !instance.waiting && (
          <Brief label={texts.console.last} deployment={instance.last_deployment} />
        )}
      </Cell>
      <Cell column="actions">
        <span className="row-actions">
          <Link to={instanceHref(instance.instance_id)}>{texts.console.follow}</Link>
          <Link to={historyHref(instance.instance_id)}>{texts.console.history}</Link>
          {!isGone && (
            <button type="button" className="plain danger" onClick={() => onDelete(instance)}>
              {texts.console.remove}
              <span className="visually-hidden"> {instance.instance_id}</span>
            </button>
          )}
        </span>
      </Cell>
    </tr>
  );
}

interface BriefProps {
  readonly label: string;
  readonly deployment: DeploymentView | null;
}

function Brief({ label, deployment }: BriefProps) {
  const texts = useTexts();
  if (deployment === null) return null;
  const { pending, reason } = deployment;
  const wait = waitReason(deployment);
  return (
    <span className="brief">
      <span className="quiet">{label}:</span>{' '}
      <Badge of={deployment.phase}>{texts.phase[deployment.phase]}</Badge>{' '}
      {deployment.kind !== 'deploy' && <>{texts.kind[deployment.kind]} </>}
      {wait && <>{wordsFor(wait, texts)} </>}
      {pending?.holder && <code>{pending.holder}</code>} {reason && <ReasonText reason={reason} />}{' '}
      <Link to={logHref(deployment.deployment_id)}>{texts.console.log}</Link>
    </span>
  );
}
