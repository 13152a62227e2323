import { useEffect, useState } from 'react';
import { formatDuration } from '../format.ts';
import { useLanguage } from '../language.tsx';
import { webAddress } from '../location.tsx';
import type { DeploymentView, InstanceView } from '../views.ts';

interface LiveNoticeProps {
  readonly instance: InstanceView;
  /** The deployment that went live; undefined when the link still leads to an earlier one. */
  readonly deployment: DeploymentView | undefined;
}

export function LiveNotice({ instance, deployment }: LiveNoticeProps) {
  const { language, texts } = useLanguage();
  const href = webAddress(instance.access_url);
  if (href === undefined || instance.status === 'stopped' || instance.status === 'deleted') return null;
  const tookMs =
    deployment?.decision && Date.parse(deployment.decision.at) - Date.parse(deployment.created_at);
  return (
    <div className={deployment ? 'notice notice-good live' : 'notice live'}>
      <p className="notice-title">{deployment ? texts.progress.live : texts.progress.liveOld}</p>
      <p className="live-open">
        <a
          className={deployment ? 'button primary' : 'button'}
          href={href}
          target="_blank"
          rel="noopener noreferrer"
        >
          {texts.progress.open}
          <span className="visually-hidden"> ({texts.progress.opensElsewhere})</span>
        </a>
        <CopyButton text={href} />
      </p>
      <p className="address">{href}</p>
      {typeof tookMs === 'number' && tookMs >= 0 && (
        <p className="quiet">{texts.progress.took(formatDuration(tookMs, language))}</p>
      )}
    </div>
  );
}

/** Absent where the browser lends no clipboard (a page without TLS): the address stands beside it as text. */
function CopyButton({ text }: { readonly text: string }) {
  const { texts } = useLanguage();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  if (!window.isSecureContext) return null;
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <button type="button" onClick={copy}>
      <span aria-live="polite">{isCopied ? texts.progress.copied : texts.progress.copy}</span>
    </button>
  );
}
