import { readHosts } from '../api.ts';
import { textIn } from '../form-text.ts';
import { useTexts } from '../language.tsx';
import { Field } from '../parts/field.tsx';
import { usePolling } from '../polling.ts';
import type { ProductView } from '../views.ts';
import { ActButton } from './act-button.tsx';
import { changeProduct } from './console-api.ts';

const ENVIRONMENTS = ['prod', 'dev', 'test'] as const;

/** What operators say of a product; its folder says the rest. */
export function ProductActs({ product }: { readonly product: ProductView }) {
  return (
    <ActButton
      name="editProduct"
      of={product.name}
      right="products:write"
      act={(why, form) => changeProduct(product.product_id, { ...toChange(form), why })}
    >
      <ProductFields product={product} />
    </ActButton>
  );
}

/** An empty field takes the setting back. */
function toChange(form: FormData) {
  const text = (name: string) => textIn(form, name) || null;
  const jobs = ENVIRONMENTS.flatMap((name) => {
    const job = text(name);
    return job === null ? [] : [[name, job] as const];
  });
  return {
    enabled: form.get('enabled') === 'on',
    default_host: text('default_host'),
    deploy_jobs: jobs.length === 0 ? null : Object.fromEntries(jobs),
    destroy_job: text('destroy_job'),
  };
}

function ProductFields({ product }: { readonly product: ProductView }) {
  const { console: texts } = useTexts();
  const hosts = usePolling({ key: 'hosts', load: readHosts, nextMs: () => undefined }).value;
  const jobs = [
    ...ENVIRONMENTS.map((name) => ({
      name,
      label: `${texts.deployJob} ${name}`,
      job: product.deploy_jobs?.[name],
    })),
    { name: 'destroy_job', label: texts.destroyJob, job: product.destroy_job },
  ];
  return (
    <>
      <Field label={texts.enabled}>
        {(control) => <input {...control} type="checkbox" name="enabled" defaultChecked={product.enabled} />}
      </Field>
      <Field label={texts.column.defaultHost}>
        {(control) => (
          <select
            {...control}
            key={hosts?.length}
            name="default_host"
            defaultValue={product.default_host ?? ''}
          >
            <option value="">{texts.noDefaultHost}</option>
            {hostIds(product, hosts).map((id) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        )}
      </Field>
      {jobs.map(({ name, label, job }) => (
        <Field key={name} label={label} isOptional>
          {(control) => (
            <input {...control} name={name} defaultValue={job} autoComplete="off" spellCheck={false} />
          )}
        </Field>
      ))}
    </>
  );
}

/** The one that is set stays, also while the list is on its way. */
function hostIds({ default_host: set }: ProductView, hosts: readonly { readonly host_id: string }[] = []) {
  return [...new Set([...(set === undefined ? [] : [set]), ...hosts.map(({ host_id }) => host_id)])];
}
