import { formatDuration, formatMoment } from '../format.ts';
import { useLanguage } from '../language.tsx';
import { historyHref, Link, logHref, webAddress } from '../location.tsx';
import { Badge } from '../parts/badge.tsx';
import { ReasonText } from '../parts/reason-text.tsx';
import { wordsFor } from '../texts/words.ts';
import { type DeploymentView, waitReason } from '../views.ts';
import { Cell } from './table.tsx';

export function DeploymentRow({ deployment }: { readonly deployment: DeploymentView }) {
  const { texts } = useLanguage();
  const wait = waitReason(deployment);
  return (
    <tr role="row" data-deployment={deployment.deployment_id}>
      <Cell column="phase">
        <span className="brief">
          <Badge of={deployment.phase}>{texts.phase[deployment.phase]}</Badge>{' '}
          {deployment.kind !== 'deploy' && <>{texts.kind[deployment.kind]} </>}
          {wait && <>{wordsFor(wait, texts)} </>}
          {deployment.pending?.holder && <code>{deployment.pending.holder}</code>}
          {deployment.reason && <ReasonText reason={deployment.reason} />}
        </span>
      </Cell>
      <Cell column="instance">
        <Link to={historyHref(deployment.instance_id)}>{deployment.instance_id}</Link>
      </Cell>
      <Cell column="trigger">
        {deployment.trigger}
        {deployment.by && <span className="quiet"> {texts.console.by(deployment.by)}</span>}
        {deployment.why && <span className="reason-detail">{deployment.why}</span>}
      </Cell>
      <Cell column="build">
        <BuildLink build={deployment.build} />
      </Cell>
      <Cell column="times">
        <Times deployment={deployment} />
      </Cell>
      <Cell column="actions">
        <Link to={logHref(deployment.deployment_id)}>{texts.console.log}</Link>
      </Cell>
    </tr>
  );
}

function BuildLink({ build }: { readonly build: DeploymentView['build'] }) {
  if (build === null) return <span className="quiet">–</span>;
  const href = webAddress(build.url);
  const name = `${build.job} #${build.number}`;
  return href === undefined ? (
    name
  ) : (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {name}
    </a>
  );
}

function Times({ deployment: { created_at, finished_at } }: { readonly deployment: DeploymentView }) {
  const { language, texts } = useLanguage();
  const tookMs = finished_at === null ? Number.NaN : Date.parse(finished_at) - Date.parse(created_at);
  return (
    <>
      <time dateTime={created_at}>{formatMoment(created_at, language)}</time>
      {!Number.isNaN(tookMs) && (
        <span className="quiet"> {texts.console.took(formatDuration(tookMs, language))}</span>
      )}
    </>
  );
}
