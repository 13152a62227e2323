import { useOrderKey } from '../action.ts';
import { deployAgain } from '../api.ts';
import { textIn } from '../form-text.ts';
import { useTexts } from '../language.tsx';
import { Field } from '../parts/field.tsx';
import type { InstanceView } from '../views.ts';
import { ActButton } from './act-button.tsx';
import { removeInstance, setRoute, withdrawRoute } from './console-api.ts';
import { Emergency } from './emergency.tsx';

interface InstanceActsProps {
  readonly instance: InstanceView;
}

/** What can be done to an instance; what breaks the glass is folded away. */
export function InstanceActs({ instance }: InstanceActsProps) {
  const id = instance.instance_id;
  const orderKey = useOrderKey();
  const isGoing = instance.status === 'deleting' || instance.status === 'deleted';
  const deploy = async (why: string | undefined) => {
    await deployAgain(id, orderKey.keyFor([id, why]), why);
    orderKey.forget();
  };
  return (
    <>
      <p className="actions">
        <ActButton name="deployAgain" of={id} right="instances:deploy" isOffered={!isGoing} act={deploy} />
        <ActButton
          name="remove"
          of={id}
          right="instances:delete"
          isDangerous
          isOffered={instance.status !== 'deleted'}
          act={(why) => removeInstance(id, why)}
        >
          <WhatGoes instance={instance} />
        </ActButton>
      </p>
      {instance.status !== 'deleted' && <RouteActs instance={instance} />}
    </>
  );
}

function WhatGoes({ instance }: { readonly instance: InstanceView }) {
  const { remove } = useTexts();
  return (
    <>
      <p>{remove.lead(instance.client_name, instance.host_id)}</p>
      <ul>
        <li>{remove.containers}</li>
        <li>{remove.data}</li>
        <li>{remove.files}</li>
        <li>{remove.link(instance.access_url)}</li>
      </ul>
      <p className="quiet">{remove.stays}</p>
    </>
  );
}

function RouteActs({ instance }: InstanceActsProps) {
  const { acts } = useTexts();
  const id = instance.instance_id;
  const common = { of: id, right: 'system:operate', needsWhy: true } as const;
  return (
    <Emergency>
      <ActButton {...common} name="withdrawRoute" isDangerous act={(why) => withdrawRoute(id, why)} />
      <ActButton
        {...common}
        name="setRoute"
        isDangerous
        act={(why, form) => setRoute(id, why, textIn(form, 'container'))}
      >
        <Field label={acts.setRoute.container} hint={acts.setRoute.containerHint}>
          {(control) => <input {...control} name="container" autoComplete="off" spellCheck={false} />}
        </Field>
      </ActButton>
    </Emergency>
  );
}
