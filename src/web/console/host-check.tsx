import { useState } from 'react';
import { useAction } from '../action.ts';
import { useTexts } from '../language.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { useRight } from '../session.ts';
import type { HostCheck as Checked } from '../views.ts';
import { checkHost } from './console-api.ts';

/** Asks the machine now whether it is there, and the one that was registered. */
export function HostCheck({ hostId }: { readonly hostId: string }) {
  const { hostCheck: texts } = useTexts();
  const [checked, setChecked] = useState<Checked>();
  const checking = useAction(async () => setChecked(await checkHost(hostId)));
  const mayWrite = useRight('hosts:write');
  if (!mayWrite) return null;
  return (
    <>
      <p className="actions">
        <button type="button" disabled={checking.isRunning} onClick={checking.run}>
          {checking.isRunning ? texts.asking : texts.ask}
        </button>
        <span role="status">{checked && !checking.isRunning && texts[verdictOf(checked)]}</span>
      </p>
      <ProblemNotice problem={checking.problem} isCall />
    </>
  );
}

function verdictOf({ reachable, key_matches: matches }: Checked): 'away' | 'stranger' | 'good' {
  if (!reachable) return 'away';
  return matches ? 'good' : 'stranger';
}
