import { Link, usePlace } from '../location.tsx';
import { useTexts } from '../language.tsx';
import { useRights } from '../session.ts';
import { ActsPage } from './acts-page.tsx';
import { CallbacksPage } from './callbacks-page.tsx';
import { DeploymentPage } from './deployment-page.tsx';
import { DeploymentsPage } from './deployments-page.tsx';
import { HostPage } from './host-page.tsx';
import { HostsPage } from './hosts-page.tsx';
import { InstancePage } from './instance-page.tsx';
import { InstancesPage } from './instances-page.tsx';
import { LiveProvider } from './live.tsx';
import { OverviewPage } from './overview-page.tsx';
import { PageTitle } from './page-title.tsx';
import { ProductsPage } from './products-page.tsx';
import { type Section, sectionsFor } from './sections.ts';
import { SystemPage } from './system-page.tsx';

/** The pages of operators: `/admin/<section>` and `/admin/<section>/<id>`. */
export function Console() {
  const [, , section = '', id = ''] = usePlace().path.split('/');
  return (
    <LiveProvider>
      <div className="console">
        <ConsoleMenu section={section} />
        <ConsolePage key={`${section}/${id}`} section={section} id={id} />
      </div>
    </LiveProvider>
  );
}

function ConsoleMenu({ section }: { readonly section: string }) {
  const { console: texts } = useTexts();
  const names = sectionsFor(useRights());
  return (
    <nav className="sections" aria-label={texts.title}>
      {names.map((name) => (
        <Link
          key={name}
          to={name === 'overview' ? '/admin' : `/admin/${name}`}
          current={name === (section || 'overview')}
        >
          {texts.section[name]}
        </Link>
      ))}
    </nav>
  );
}

const LISTS: Readonly<Record<Section, () => React.ReactNode>> = {
  overview: OverviewPage,
  instances: InstancesPage,
  deployments: DeploymentsPage,
  products: ProductsPage,
  hosts: HostsPage,
  callbacks: CallbacksPage,
  acts: ActsPage,
  system: SystemPage,
};

const DETAILS: Readonly<Record<string, (of: { readonly id: string }) => React.ReactNode>> = {
  instances: InstancePage,
  deployments: DeploymentPage,
  hosts: HostPage,
};

function ConsolePage({ section, id }: { readonly section: string; readonly id: string }) {
  const Detail = Object.hasOwn(DETAILS, section) ? DETAILS[section] : undefined;
  if (id !== '' && Detail) return <Detail id={id} />;
  const name = section || 'overview';
  const List = id === '' && Object.hasOwn(LISTS, name) ? LISTS[name as Section] : undefined;
  return List ? <List /> : <NoSuchPage />;
}

function NoSuchPage() {
  const { console: texts } = useTexts();
  return (
    <>
      <PageTitle title={texts.noPage} />
      <p>
        <Link to="/admin">{texts.section.overview}</Link>
      </p>
    </>
  );
}
