import { useTexts } from '../language.tsx';
import { hostHref, Link } from '../location.tsx';
import { Fact, Facts } from '../parts/facts.tsx';
import { Moment } from '../parts/moment.tsx';
import type { InstanceView } from '../views.ts';
import { AccessLink } from './instance-row.tsx';

export function InstanceFacts({ instance }: { readonly instance: InstanceView }) {
  const { fact, column, health, by, notLive } = useTexts().console;
  const { live_release: live, desired_release: desired } = instance;
  return (
    <Facts>
      <Fact name={column.link}>
        <AccessLink instance={instance} isFull />
      </Fact>
      <Fact name={column.product}>
        {instance.product_name} {instance.product_version}
      </Fact>
      <Fact name={column.client}>{instance.client_name}</Fact>
      <Fact name={fact.environment}>{instance.environment}</Fact>
      <Fact name={column.host}>
        <Link to={hostHref(instance.host_id)}>{instance.host_id}</Link>
      </Fact>
      <Fact name={fact.health}>
        {health[instance.health.state]} {instance.health.at && <Moment at={instance.health.at} isNear />}
      </Fact>
      <Fact name={fact.live}>{live ? <code>{live}</code> : notLive}</Fact>
      <Fact name={fact.desired}>{desired === live || !desired ? null : <code>{desired}</code>}</Fact>
      <Fact name={fact.created}>
        <Moment at={instance.created_at} /> {by(instance.created_by)}
      </Fact>
      <Fact name={fact.expires}>{instance.expires_at && <Moment at={instance.expires_at} isNear />}</Fact>
      <Fact name={fact.deleted}>{instance.deleted_at && <Moment at={instance.deleted_at} />}</Fact>
    </Facts>
  );
}
