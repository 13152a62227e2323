import { useEffect } from 'react';
import { useTexts } from '../language.tsx';
import { DeploymentsSection } from './deployments-section.tsx';
import { InstancesSection } from './instances-section.tsx';

/** Plain lists for operators; with an instance in the address, only its deployments. */
export function Console({ instanceId }: { readonly instanceId: string | undefined }) {
  const texts = useTexts();
  useEffect(() => {
    document.title = `${texts.console.title} · Ark Deploy`;
  }, [texts]);
  return (
    <div className="console">
      <h1>{texts.console.title}</h1>
      {instanceId === undefined && <InstancesSection />}
      <DeploymentsSection key={instanceId ?? 'all'} instanceId={instanceId} />
    </div>
  );
}
