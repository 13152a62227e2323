import { type SubmitEvent, useRef, useState } from 'react';
import { useAction, useOrderKey } from '../action.ts';
import { orderInstance } from '../api.ts';
import { useTexts } from '../language.tsx';
import { goTo, instanceHref } from '../location.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import type { HostView, ProductView } from '../views.ts';
import { ClientField, HostField } from './order-fields.tsx';
import { type Draft, emptyDraft, faultsOf, toOrder, withProduct } from './order-draft.ts';
import { ProductChoice } from './product-choice.tsx';
import { SettingsFields } from './settings-fields.tsx';

interface OrderFormProps {
  readonly products: readonly ProductView[];
  readonly hosts: readonly HostView[];
  readonly onOrdered: (instanceId: string) => void;
}

export function OrderForm({ products, hosts, onOrdered }: OrderFormProps) {
  const { landing } = useTexts();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(products[0]));
  const [isChecked, setChecked] = useState(false);
  const orderKey = useOrderKey();
  const product = products.find(({ product_id }) => product_id === draft.product_id);
  const faults = isChecked && product ? faultsOf(draft, product) : {};
  const ordering = useAction(async (chosen: ProductView) => {
    const order = toOrder(draft, chosen);
    const { instance_id } = await orderInstance(order, orderKey.keyFor(order));
    orderKey.forget();
    onOrdered(instance_id);
    goTo(instanceHref(instance_id));
  });

  const say = (field: string) => {
    const fault = faults[field];
    if (fault) return landing.fault[fault.kind](fault.limit);
    return ordering.problem?.faults.find((refused) => refused.field === field)?.message;
  };

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    if (product === undefined) return;
    const found = Object.keys(faultsOf(draft, product))[0];
    setChecked(true);
    if (found === undefined) ordering.run(product);
    else focusField(form.current, found);
  };

  return (
    <form ref={form} className="card order" noValidate onSubmit={onSubmit}>
      <ProductChoice
        products={products}
        chosen={draft.product_id}
        onChoose={(next) => setDraft(withProduct(draft, next))}
      />
      <ClientField
        value={draft.client_name}
        fault={say('client_name')}
        onChange={(client_name) => setDraft({ ...draft, client_name })}
      />
      {product && (
        <SettingsFields
          specs={product.inputs}
          values={draft.inputs}
          faultOf={(name) => say(`inputs.${name}`)}
          onChange={(name, value) => setDraft({ ...draft, inputs: { ...draft.inputs, [name]: value } })}
        />
      )}
      {hosts.length > 0 && (
        <HostField
          hosts={hosts}
          value={draft.host_id}
          onChange={(host_id) => setDraft({ ...draft, host_id })}
        />
      )}
      {Object.keys(faults).length > 0 && (
        <p className="fault" role="alert">
          {landing.fix}
        </p>
      )}
      <ProblemNotice problem={ordering.problem} isCall onDismiss={ordering.dismiss} />
      <button type="submit" className="primary" aria-disabled={ordering.isRunning}>
        {ordering.isRunning ? landing.sending : landing.deploy}
      </button>
    </form>
  );
}

function focusField(form: HTMLFormElement | null, name: string): void {
  const field = form?.elements.namedItem(name);
  if (field instanceof HTMLElement) field.focus();
}
