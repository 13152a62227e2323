import type { ReactNode } from 'react';
import { useTexts } from '../language.tsx';
import { usePlace } from '../location.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import type { ListName } from '../texts/console-texts.ts';
import type { Filters, List } from './console-api.ts';
import { useLive } from './live.tsx';
import { PageTitle } from './page-title.tsx';
import { PAGE_LIMIT, PageTurner } from './paging.tsx';
import { type Column, Table } from './table.tsx';

interface ListSectionProps<T> {
  readonly name: ListName;
  /** What the list is of, when it is not of everything. */
  readonly about?: string;
  readonly columns: readonly Column[];
  readonly filters?: Filters;
  readonly read: List<T>;
  readonly row: (item: T) => ReactNode;
  /** Lists that the API gives whole take no limit and no cursor. */
  readonly isWhole?: boolean;
  /** The list is the page: its heading is the page's. */
  readonly isPage?: boolean;
  readonly children?: ReactNode;
}

/** A heading, what is asked, a table, and older pages by cursor. */
export function ListSection<T>(props: ListSectionProps<T>) {
  const { name, about = '', filters = {}, columns, children } = props;
  const { console: texts } = useTexts();
  const cursorName = `${name}-cursor`;
  const cursor = usePlace().query.get(cursorName) ?? undefined;
  const page = { ...(props.isWhole ? {} : { limit: PAGE_LIMIT, cursor }), ...filters };
  const { value, problem } = useLive(`${name} ${about} ${JSON.stringify(page)}`, (signal) =>
    props.read(page, signal),
  );
  return (
    <section aria-labelledby={`${name}-title`}>
      <ListHeading {...props} total={value?.total} />
      {children}
      <ProblemNotice problem={problem} isStale={value !== undefined} />
      {value === undefined ? (
        problem === undefined && <Loading />
      ) : value.items.length === 0 ? (
        <p className="quiet">{texts.none[name]}</p>
      ) : (
        <Table columns={columns} labelledBy={`${name}-title`}>
          {value.items.map((item) => props.row(item))}
        </Table>
      )}
      <PageTurner cursorName={cursorName} next={value?.next_cursor} />
    </section>
  );
}

interface ListHeadingProps {
  readonly name: ListName;
  readonly isPage?: boolean;
  readonly total: number | undefined;
}

function ListHeading({ name, isPage, total }: ListHeadingProps) {
  const { console: texts } = useTexts();
  const id = `${name}-title`;
  const words = (
    <>
      {texts.list[name]} {total !== undefined && <span className="quiet">{texts.count(total)}</span>}
    </>
  );
  if (!isPage) return <h2 id={id}>{words}</h2>;
  return (
    <PageTitle id={id} title={texts.list[name]}>
      {words}
    </PageTitle>
  );
}
