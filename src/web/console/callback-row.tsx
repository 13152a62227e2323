import { useTexts } from '../language.tsx';
import { deploymentHref, Link } from '../location.tsx';
import { Moment } from '../parts/moment.tsx';
import { wordsFor } from '../texts/words.ts';
import type { CallbackView } from '../views.ts';
import { Cell, type Column } from './table.tsx';

export const CALLBACK_COLUMNS: readonly Column[] = ['at', 'callback', 'verdict', 'build', 'key'];

/** A signed message from a build, and what the coordinator made of it. */
interface CallbackRowProps {
  readonly callback: CallbackView;
  /** All rows are of one deployment. */
  readonly isOfOne?: boolean;
}

export function CallbackRow({ callback, isOfOne }: CallbackRowProps) {
  const texts = useTexts();
  const {
    verdict,
    code,
    detail,
    job,
    build_number: number,
    deployment_id: id,
    key_id: key,
    times,
  } = callback;
  return (
    <tr role="row" data-callback={callback.id}>
      <Cell column="at">
        <Moment at={callback.at} />
      </Cell>
      <Cell column="callback">
        <code>{callback.kind}</code> {times > 1 && <span className="quiet">×{times}</span>}
      </Cell>
      <Cell column="verdict">
        <span className={`badge badge-${verdict === 'accepted' ? 'good' : 'bad'}`}>
          {texts.console.verdict[verdict]}
        </span>{' '}
        {code && <span>{wordsFor(code, texts)}</span>} {code && <code>{code}</code>}
        {detail && <span className="reason-detail">{detail}</span>}
      </Cell>
      <Cell column="build">
        {job ? `${job}${number === undefined ? '' : ` #${number}`}` : <span className="quiet">–</span>}{' '}
        {id && !isOfOne && <Link to={deploymentHref(id)}>{texts.console.deployment}</Link>}
      </Cell>
      <Cell column="key">
        {key ? <code>{key}</code> : <span className="quiet">{callback.from ?? '–'}</span>}
      </Cell>
    </tr>
  );
}
