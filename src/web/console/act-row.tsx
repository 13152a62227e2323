import { useTexts } from '../language.tsx';
import { deploymentHref, hostHref, instanceDetailHref, Link } from '../location.tsx';
import { Moment } from '../parts/moment.tsx';
import { wordsFor } from '../texts/words.ts';
import type { ActView } from '../views.ts';
import { Cell, type Column } from './table.tsx';

export const ACT_COLUMNS: readonly Column[] = ['at', 'by', 'act', 'about', 'why', 'outcome'];

/** Who did what to what, and why. */
export function ActRow({ act }: { readonly act: ActView }) {
  const texts = useTexts();
  const { outcome } = act;
  return (
    <tr role="row" data-act={act.id}>
      <Cell column="at">
        <Moment at={act.at} />
      </Cell>
      <Cell column="by">
        {act.by} <span className="quiet">{texts.console.via[act.via]}</span>
      </Cell>
      <Cell column="act">
        <code>{act.act}</code>
      </Cell>
      <Cell column="about">
        <About act={act} />
      </Cell>
      <Cell column="why">{act.why || <span className="quiet">–</span>}</Cell>
      <Cell column="outcome">
        {outcome === 'ok' ? (
          texts.console.done
        ) : outcome === null ? (
          <span className="quiet">{texts.console.outcomeUnknown}</span>
        ) : (
          <>
            {wordsFor(outcome, texts)} <code>{outcome}</code>
          </>
        )}
        <span className="quiet reason-detail">{act.request_id}</span>
      </Cell>
    </tr>
  );
}

function About({ act }: { readonly act: ActView }) {
  const { instance_id: instance, deployment_id: deployment, host_id: host, product_id: product } = act;
  if (!instance && !deployment && !host && !product) return <span className="quiet">–</span>;
  return (
    <>
      {instance && <Link to={instanceDetailHref(instance)}>{instance}</Link>}{' '}
      {deployment && (
        <Link to={deploymentHref(deployment)}>
          <code>{deployment}</code>
        </Link>
      )}{' '}
      {host && <Link to={hostHref(host)}>{host}</Link>} {product}
    </>
  );
}
