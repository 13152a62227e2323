import { useTexts } from '../language.tsx';
import { hrefWith, Link, usePlace } from '../location.tsx';

export const PAGE_LIMIT = 25;

interface PageTurnerProps {
  /** The name of the cursor in the address, so that a reload shows the same page of the list. */
  readonly cursorName: string;
  readonly next: string | null | undefined;
}

export function PageTurner({ cursorName, next }: PageTurnerProps) {
  const { console: texts } = useTexts();
  const isLater = usePlace().query.has(cursorName);
  if (!next && !isLater) return null;
  return (
    <p className="actions">
      {isLater && (
        <Link className="button" to={hrefWith({ [cursorName]: undefined })}>
          {texts.newest}
        </Link>
      )}
      {next && (
        <Link className="button" to={hrefWith({ [cursorName]: next })}>
          {texts.older}
        </Link>
      )}
    </p>
  );
}
