import { useState } from 'react';
import { readInstances } from '../api.ts';
import { useTexts } from '../language.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { usePolling } from '../polling.ts';
import type { InstanceView } from '../views.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { InstanceRow } from './instance-row.tsx';
import { PAGE_LIMIT, PageTurner, usePaging } from './paging.tsx';
import { Table } from './table.tsx';

const EVERY_MS = 3000;

const COLUMNS = ['status', 'product', 'client', 'host', 'link', 'deployment', 'actions'] as const;

export function InstancesSection() {
  const { console: texts } = useTexts();
  const paging = usePaging();
  const [doomed, setDoomed] = useState<InstanceView>();
  const { value, problem, refresh } = usePolling({
    key: `instances ${paging.cursor ?? ''}`,
    load: (signal) => readInstances({ limit: PAGE_LIMIT, cursor: paging.cursor }, signal),
    nextMs: () => EVERY_MS,
  });
  return (
    <section aria-labelledby="instances-title">
      <h2 id="instances-title">
        {texts.instances} {value && <span className="quiet">{texts.count(value.total)}</span>}
      </h2>
      <ProblemNotice problem={problem} isStale={value !== undefined} />
      {value === undefined ? (
        problem === undefined && <Loading />
      ) : value.instances.length === 0 ? (
        <p>{texts.noInstances}</p>
      ) : (
        <Table columns={COLUMNS} labelledBy="instances-title">
          {value.instances.map((instance) => (
            <InstanceRow key={instance.instance_id} instance={instance} onDelete={setDoomed} />
          ))}
        </Table>
      )}
      <PageTurner paging={paging} next={value?.next_cursor} />
      {doomed && <DeleteDialog instance={doomed} onClose={() => setDoomed(undefined)} onDeleted={refresh} />}
    </section>
  );
}
