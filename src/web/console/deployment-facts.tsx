import { formatDuration } from '../format.ts';
import { useLanguage, useTexts } from '../language.tsx';
import { hostHref, instanceDetailHref, Link, webAddress } from '../location.tsx';
import { Fact, Facts } from '../parts/facts.tsx';
import { Moment } from '../parts/moment.tsx';
import { deadlineOf, type DeploymentView } from '../views.ts';

interface Of {
  readonly deployment: DeploymentView;
}

/** Everything about a deployment but its way. */
export function DeploymentFacts({ deployment }: Of) {
  const { fact, column } = useTexts().console;
  return (
    <Facts>
      <Fact name={column.instance}>
        <Link to={instanceDetailHref(deployment.instance_id)}>{deployment.instance_id}</Link>
      </Fact>
      <Fact name={column.product}>{deployment.product_id}</Fact>
      <Fact name={column.host}>
        <Link to={hostHref(deployment.host_id)}>{deployment.host_id}</Link>
      </Fact>
      <Fact name={column.trigger}>
        <TriggerWords deployment={deployment} />
      </Fact>
      <Fact name={column.build}>
        <BuildLink build={deployment.build} />
      </Fact>
      <Fact name={column.times}>
        <Times deployment={deployment} />
      </Fact>
      <Fact name={column.deadline}>
        <Moment at={deadlineOf(deployment)} />
      </Fact>
      <Fact name={fact.release}>{deployment.release_id && <code>{deployment.release_id}</code>}</Fact>
      <Fact name="seq">{deployment.seq && <code>{deployment.seq}</code>}</Fact>
      <Fact name={fact.cancel}>
        {deployment.cancel && (
          <>
            {deployment.cancel.by} <Moment at={deployment.cancel.at} /> {deployment.cancel.why}
          </>
        )}
      </Fact>
    </Facts>
  );
}

/** Where a deployment came from, who wanted it, and why. */
export function TriggerWords({ deployment: { trigger, by, why } }: Of) {
  const { console: texts } = useTexts();
  return (
    <>
      {trigger}
      {by && !trigger.endsWith(`: ${by}`) && <span className="quiet"> {texts.by(by)}</span>}
      {why && (
        <span className="reason-detail">
          <q>{why}</q>
        </span>
      )}
    </>
  );
}

export function BuildLink({ build }: { readonly build: DeploymentView['build'] }) {
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

export function Times({ deployment: { created_at, finished_at } }: Of) {
  const { language, texts } = useLanguage();
  const tookMs = finished_at === null ? Number.NaN : Date.parse(finished_at) - Date.parse(created_at);
  return (
    <>
      <Moment at={created_at} />
      {!Number.isNaN(tookMs) && (
        <span className="quiet"> {texts.console.took(formatDuration(tookMs, language))}</span>
      )}
    </>
  );
}
