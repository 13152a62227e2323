import { useTexts } from '../language.tsx';
import { deploymentHref, hostHref, instanceDetailHref, Link, webAddress } from '../location.tsx';
import { Badge } from '../parts/badge.tsx';
import { ReasonText } from '../parts/reason-text.tsx';
import { wordsFor } from '../texts/words.ts';
import { type DeploymentView, type InstanceView, waitReason } from '../views.ts';
import { Holder } from './holder.tsx';
import { Cell, type Column } from './table.tsx';

export const INSTANCE_COLUMNS: readonly Column[] = [
  'status',
  'instance',
  'product',
  'host',
  'deployment',
  'link',
];

export function InstanceRow({ instance }: { readonly instance: InstanceView }) {
  const texts = useTexts();
  const { active, waiting, last_deployment: last } = instance;
  return (
    <tr role="row" data-instance={instance.instance_id}>
      <Cell column="status">
        <Badge of={instance.status}>{texts.status[instance.status]}</Badge>
      </Cell>
      <Cell column="instance">
        <Link to={instanceDetailHref(instance.instance_id)}>{instance.instance_id}</Link>
        <span className="reason-detail">
          {instance.client_name} <span className="quiet">{instance.environment}</span>
        </span>
      </Cell>
      <Cell column="product">
        {instance.product_name} <span className="quiet">{instance.product_version}</span>
      </Cell>
      <Cell column="host">
        <Link to={hostHref(instance.host_id)}>{instance.host_id}</Link>
      </Cell>
      <Cell column="deployment">
        <Brief label={texts.console.active} deployment={active} />
        <Brief label={texts.console.waiting} deployment={waiting} />
        {!active && !waiting && <Brief label={texts.console.last} deployment={last} />}
      </Cell>
      <Cell column="link">
        <AccessLink instance={instance} />
      </Cell>
    </tr>
  );
}

/** The instance's own address; none while nothing is behind it, unless the address itself is wanted. */
export function AccessLink({
  instance,
  isFull,
}: {
  readonly instance: InstanceView;
  readonly isFull?: boolean;
}) {
  const { console: texts } = useTexts();
  const href = webAddress(instance.access_url);
  if (!href || instance.status === 'deleted' || (!isFull && !instance.live_release))
    return <span className="quiet">–</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {isFull ? href : texts.open}
      <span className="visually-hidden"> {instance.instance_id}</span>
    </a>
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
      <Link to={deploymentHref(deployment.deployment_id)}>{label}</Link>{' '}
      <Badge of={deployment.phase}>{texts.phase[deployment.phase]}</Badge>{' '}
      {deployment.kind !== 'deploy' && <>{texts.kind[deployment.kind]} </>}
      {wait && <>{wordsFor(wait, texts)} </>}
      {pending?.holder && <Holder id={pending.holder} />} {reason && <ReasonText reason={reason} />}
    </span>
  );
}
