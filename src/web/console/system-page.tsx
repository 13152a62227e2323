import { useTexts } from '../language.tsx';
import { Fact, Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import type { SystemView } from '../views.ts';
import { ActButton } from './act-button.tsx';
import { acceptGeneration, freeze, readSystem, unfreeze } from './console-api.ts';
import { KeysSection } from './keys-section.tsx';
import { useLive } from './live.tsx';
import { PageTitle } from './page-title.tsx';
import { FrozenWords } from './system-notice.tsx';

export function SystemPage() {
  const { console: texts } = useTexts();
  const { value, problem } = useLive('system', readSystem);
  return (
    <>
      <PageTitle title={texts.section.system} />
      <ProblemNotice problem={problem} isStale={value !== undefined} />
      {value !== undefined ? <SystemDetail system={value} /> : problem === undefined && <Loading />}
      <KeysSection />
    </>
  );
}

function SystemDetail({ system }: { readonly system: SystemView }) {
  const { system: texts } = useTexts();
  const common = { of: '', right: 'system:operate', needsWhy: true } as const;
  const { frozen, generation, versions } = system;
  return (
    <section className="card" aria-label={texts.title}>
      {frozen ? (
        <div className="notice notice-warn">
          <FrozenWords frozen={frozen} />
        </div>
      ) : (
        <p>{texts.running}</p>
      )}
      <Facts>
        {Object.entries(system.dependencies).map(([name, { ok, detail }]) => (
          <Fact key={name} name={name}>
            <span className={`badge badge-${ok ? 'good' : 'bad'}`}>{ok ? texts.up : texts.down}</span>{' '}
            {detail}
          </Fact>
        ))}
        <Fact name={texts.store}>
          <code>{generation.id}</code> {texts.revision(String(generation.revision))}
        </Fact>
        <Fact name={texts.fault}>{generation.fault}</Fact>
        <Fact name="Ark Deploy">{versions.ark}</Fact>
        <Fact name="Node.js">{versions.node}</Fact>
      </Facts>
      <p className="actions">
        <ActButton {...common} name="freeze" isDangerous isOffered={frozen === null} act={freeze} />
        <ActButton {...common} name="unfreeze" isOffered={frozen !== null} act={unfreeze} />
        <ActButton
          {...common}
          name="acceptGeneration"
          isDangerous
          isOffered={generation.fault !== null}
          act={(why) => acceptGeneration(generation.id, why)}
        />
      </p>
    </section>
  );
}
