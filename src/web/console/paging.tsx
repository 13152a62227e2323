import { useState } from 'react';
import { useTexts } from '../language.tsx';

export const PAGE_LIMIT = 25;

export interface Paging {
  readonly cursor: string | undefined;
  readonly turnTo: (cursor: string | undefined) => void;
}

export function usePaging(): Paging {
  const [cursor, turnTo] = useState<string>();
  return { cursor, turnTo };
}

interface PageTurnerProps {
  readonly paging: Paging;
  readonly next: string | null | undefined;
}

export function PageTurner({ paging, next }: PageTurnerProps) {
  const { console: texts } = useTexts();
  if (!next && paging.cursor === undefined) return null;
  return (
    <p className="actions">
      {paging.cursor !== undefined && (
        <button type="button" onClick={() => paging.turnTo(undefined)}>
          {texts.newest}
        </button>
      )}
      {next && (
        <button type="button" onClick={() => paging.turnTo(next)}>
          {texts.older}
        </button>
      )}
    </p>
  );
}
