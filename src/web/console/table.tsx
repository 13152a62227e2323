import type { ReactNode } from 'react';
import { useTexts } from '../language.tsx';
import type { Texts } from '../texts/texts.ts';

export type Column = keyof Texts['console']['column'];

interface TableProps {
  readonly columns: readonly Column[];
  readonly labelledBy: string;
  readonly children: ReactNode;
}

/** A table that becomes a list of cards on a narrow screen; the roles keep it a table for screen readers. */
export function Table({ columns, labelledBy, children }: TableProps) {
  const { console: texts } = useTexts();
  return (
    <table role="table" aria-labelledby={labelledBy}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column} role="columnheader" scope="col">
              {texts.column[column]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
  );
}

export function Cell({ column, children }: { readonly column: Column; readonly children: ReactNode }) {
  const { console: texts } = useTexts();
  return (
    <td role="cell" className={`cell-${column}`} data-label={texts.column[column]}>
      <div>{children}</div>
    </td>
  );
}
