import { useTexts } from '../language.tsx';
import { Link } from '../location.tsx';
import { Moment } from '../parts/moment.tsx';
import { useRight } from '../session.ts';
import { wordsFor } from '../texts/words.ts';
import type { SystemView } from '../views.ts';
import { readSystem } from './console-api.ts';
import { useLive } from './live.tsx';

/** What keeps everything from going on; nothing while all is well, and for whoever may not know. */
export function SystemNotice() {
  return useRight('system:operate') ? <WatchedNotice /> : null;
}

function WatchedNotice() {
  const { system: texts } = useTexts();
  const { value } = useLive('system', readSystem);
  if (value === undefined || (value.frozen === null && value.generation.fault === null && value.ready)) {
    return null;
  }
  return (
    <div className="notice notice-warn" role="status">
      {value.frozen && <FrozenWords frozen={value.frozen} />}
      {value.generation.fault && <p>{texts.distrusted}</p>}
      {!value.ready && <p>{texts.notReady(downOf(value).join(', '))}</p>}
      <p>
        <Link to="/admin/system">{texts.open}</Link>
      </p>
    </div>
  );
}

export function FrozenWords({ frozen }: { readonly frozen: NonNullable<SystemView['frozen']> }) {
  const texts = useTexts();
  return (
    <p>
      {wordsFor('frozen', texts)} <Moment at={frozen.at} isNear /> {texts.console.by(frozen.by)}:{' '}
      <q>{frozen.why}</q>
    </p>
  );
}

export function downOf({ dependencies }: SystemView): string[] {
  return Object.entries(dependencies).flatMap(([name, { ok }]) => (ok ? [] : [name]));
}
