import type { ReactNode } from 'react';
import { useTexts } from '../language.tsx';
import { deploymentHref, Link } from '../location.tsx';
import { Badge } from '../parts/badge.tsx';
import { Loading } from '../parts/loading.tsx';
import { Moment } from '../parts/moment.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { wordsFor } from '../texts/words.ts';
import type { HostQueue as Queue } from '../views.ts';
import { readQueue } from './console-api.ts';
import { useLive } from './live.tsx';
import { OfInstance } from './deployment-row.tsx';
import { Holder } from './holder.tsx';
import { Cell, type Column, Table } from './table.tsx';

const ACTIVE: readonly Column[] = ['deployment', 'phase', 'since', 'deadline'];
const WAITING: readonly Column[] = ['position', 'deployment', 'reason', 'holder', 'since'];

/** Who works on a host, and who waits for it in which order. */
export function HostQueue({ hostId }: { readonly hostId: string }) {
  const { value, problem } = useLive(`queue ${hostId}`, (signal) => readQueue(hostId, signal));
  if (value === undefined) return problem ? <ProblemNotice problem={problem} /> : <Loading />;
  return (
    <>
      <ProblemNotice problem={problem} isStale />
      <QueueTable name="active" columns={ACTIVE}>
        {value.active.map((item) => (
          <ActiveRow key={item.deployment_id} item={item} />
        ))}
      </QueueTable>
      <QueueTable name="queue" columns={WAITING}>
        {value.waiting.map((item) => (
          <WaitingRow key={item.deployment_id} item={item} />
        ))}
      </QueueTable>
    </>
  );
}

interface QueueTableProps {
  readonly name: 'active' | 'queue';
  readonly columns: readonly Column[];
  readonly children: readonly ReactNode[];
}

function QueueTable({ name, columns, children }: QueueTableProps) {
  const { console: texts } = useTexts();
  const id = `${name}-title`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {texts.list[name]} <span className="quiet">{texts.count(children.length)}</span>
      </h2>
      {children.length === 0 ? (
        <p className="quiet">{texts.none[name]}</p>
      ) : (
        <Table columns={columns} labelledBy={id}>
          {children}
        </Table>
      )}
    </section>
  );
}

function ActiveRow({ item }: { readonly item: Queue['active'][number] }) {
  const texts = useTexts();
  return (
    <tr role="row" data-deployment={item.deployment_id}>
      <DeploymentCell item={item} />
      <Cell column="phase">
        <Badge of={item.phase}>{texts.phase[item.phase]}</Badge>
      </Cell>
      <Cell column="since">
        <Moment at={item.since} isNear />
      </Cell>
      <Cell column="deadline">
        <Moment at={item.deadline} isNear />
      </Cell>
    </tr>
  );
}

function WaitingRow({ item }: { readonly item: Queue['waiting'][number] }) {
  const texts = useTexts();
  return (
    <tr role="row" data-deployment={item.deployment_id}>
      <Cell column="position">{item.position}</Cell>
      <DeploymentCell item={item} />
      <Cell column="reason">{wordsFor(item.reason, texts)}</Cell>
      <Cell column="holder">
        <Holder id={item.holder ?? undefined} />
      </Cell>
      <Cell column="since">
        <Moment at={item.since} isNear />
      </Cell>
    </tr>
  );
}

function DeploymentCell({ item }: { readonly item: { deployment_id: string; instance_id: string } }) {
  return (
    <Cell column="deployment">
      <Link to={deploymentHref(item.deployment_id)}>
        <code>{item.deployment_id}</code>
      </Link>{' '}
      <OfInstance id={item.instance_id} />
    </Cell>
  );
}
