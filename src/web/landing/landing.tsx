import { useEffect, useState } from 'react';
import { readHosts, readProducts } from '../api.ts';
import { useTexts } from '../language.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { usePolling } from '../polling.ts';
import type { HostView } from '../views.ts';
import { OrderForm } from './order-form.tsx';
import { ProgressPage } from './progress-page.tsx';

const NEVER = () => undefined;

/** The front page: the order form, or the way of the instance named in the address. */
export function Landing({ instanceId }: { readonly instanceId: string | undefined }) {
  // Set by a click on this page, so that the focus follows it; not by a reload.
  const [ordered, setOrdered] = useState<string>();
  if (instanceId === undefined) return <OrderPage onOrdered={setOrdered} />;
  return <ProgressPage key={instanceId} instanceId={instanceId} takesFocus={ordered === instanceId} />;
}

function OrderPage({ onOrdered }: { readonly onOrdered: (instanceId: string) => void }) {
  const texts = useTexts();
  const products = usePolling({ key: 'products', load: readProducts, nextMs: NEVER });
  const hosts = usePolling({ key: 'hosts', load: readHosts, nextMs: NEVER });
  useEffect(() => {
    document.title = 'Ark Deploy';
  }, []);
  return (
    <div className="landing">
      <h1>{texts.landing.title}</h1>
      <p className="lead">{texts.landing.lead}</p>
      <ProblemNotice problem={products.problem} />
      {products.value === undefined ? (
        products.problem === undefined && <Loading />
      ) : products.value.length === 0 ? (
        <p>{texts.landing.noProducts}</p>
      ) : (
        <OrderForm products={products.value} hosts={hosts.value ?? NO_HOSTS} onOrdered={onOrdered} />
      )}
    </div>
  );
}

/** Without the list of hosts the order still works: the coordinator chooses. */
const NO_HOSTS: readonly HostView[] = [];
