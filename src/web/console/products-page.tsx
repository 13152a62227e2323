import { useTexts } from '../language.tsx';
import { hostHref, Link } from '../location.tsx';
import type { ProductView } from '../views.ts';
import { listProducts } from './console-api.ts';
import { ListSection } from './list-section.tsx';
import { ProductActs } from './product-acts.tsx';
import { Cell, type Column } from './table.tsx';

const COLUMNS: readonly Column[] = ['product', 'state', 'strategy', 'defaultHost', 'jobs', 'actions'];

export function ProductsPage() {
  const { console: texts } = useTexts();
  return (
    <ListSection
      name="products"
      isPage
      columns={COLUMNS}
      isWhole
      read={listProducts}
      row={(product) => <ProductRow key={product.product_id} product={product} />}
    >
      <p className="quiet">{texts.productsLead}</p>
    </ListSection>
  );
}

function ProductRow({ product }: { readonly product: ProductView }) {
  const { console: texts } = useTexts();
  const { default_host: host, enabled } = product;
  return (
    <tr role="row" data-product={product.product_id}>
      <Cell column="product">
        <strong>{product.name}</strong> <span className="quiet">{product.version}</span>
        <span className="reason-detail quiet">{product.description}</span>
      </Cell>
      <Cell column="state">
        <span className={`badge badge-${enabled ? 'good' : 'calm'}`}>{enabled ? texts.on : texts.off}</span>
      </Cell>
      <Cell column="strategy">{texts.strategy[product.strategy]}</Cell>
      <Cell column="defaultHost">
        {host ? <Link to={hostHref(host)}>{host}</Link> : <span className="quiet">–</span>}
      </Cell>
      <Cell column="jobs">
        <Jobs product={product} />
      </Cell>
      <Cell column="actions">
        <ProductActs product={product} />
      </Cell>
    </tr>
  );
}

function Jobs({
  product: { deploy_jobs: jobs = {}, destroy_job: destroy },
}: {
  readonly product: ProductView;
}) {
  const { console: texts } = useTexts();
  const own = Object.entries(jobs);
  if (own.length === 0 && destroy === undefined) return <span className="quiet">{texts.commonJobs}</span>;
  return (
    <>
      {own.map(([environment, job]) => (
        <span key={environment} className="brief">
          <span className="quiet">{environment}</span> <code>{job}</code>
        </span>
      ))}
      {destroy && (
        <span className="brief">
          <span className="quiet">{texts.destroyJob}</span> <code>{destroy}</code>
        </span>
      )}
    </>
  );
}
