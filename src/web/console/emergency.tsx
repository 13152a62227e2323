import type { ReactNode } from 'react';
import { useTexts } from '../language.tsx';
import { useRight } from '../session.ts';

/** Acts for when the normal way is blocked: folded away, so that nobody takes them for the normal way. */
export function Emergency({ children }: { readonly children: ReactNode }) {
  const { act: texts } = useTexts();
  const mayOperate = useRight('system:operate');
  if (!mayOperate) return null;
  return (
    <details>
      <summary>{texts.emergency}</summary>
      <p className="quiet">{texts.emergencyLead}</p>
      <p className="actions">{children}</p>
    </details>
  );
}
