import { serverNow } from '../clock.ts';
import { formatDistance, formatMoment } from '../format.ts';
import { useLanguage } from '../language.tsx';

interface MomentProps {
  readonly at: string | null;
  /** Adds how far it is from now, as of this rendering. */
  readonly isNear?: boolean;
}

/** A moment by the reader's clock; the exact one is in its title. */
export function Moment({ at, isNear }: MomentProps) {
  const { language } = useLanguage();
  if (at === null) return <span className="quiet">–</span>;
  return (
    <time dateTime={at} title={at}>
      {formatMoment(at, language)}
      {isNear && <span className="quiet near"> {formatDistance(Date.parse(at), serverNow(), language)}</span>}
    </time>
  );
}
