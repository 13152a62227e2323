import { sha256 } from '../platform/digest.ts';
import type { ErrorText, Language } from './error-texts.ts';

const STYLE = `
:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:1.05rem/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1d2430}
main{max-width:32rem;padding:2rem;text-align:center}
h1{font-size:1.6rem;margin:0 0 .5rem}
p{margin:.3rem 0}
small{color:#5b6575}
i{display:block;width:2rem;height:2rem;margin:0 auto 1.2rem;border:.25rem solid #c9d0da;border-top-color:#2f6fed;border-radius:50%;animation:turn 1s linear infinite}
@keyframes turn{to{transform:rotate(1turn)}}
@media(prefers-reduced-motion:reduce){i{animation:none}}
@media(prefers-color-scheme:dark){body{background:#14181f;color:#e8ecf2}small{color:#9aa5b5}}
`;

/** Nothing but this style may be loaded, run, framed by others or submitted. */
export const PAGE_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${sha256(STYLE).toString('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

export interface StatePage {
  readonly text: ErrorText;
  readonly language: Language;
  readonly requestId: string;
}

const REQUEST_WORD = { es: 'Solicitud', en: 'Request' } as const;

/** One small page without scripts; it reloads itself where trying again makes sense. */
export function statePage({ text, language, requestId }: StatePage): string {
  const [title, words] = text[language];
  const isWaiting = text.status === 503 && text.retryAfterS !== undefined && text.retryAfterS < 60;
  const reload =
    text.retryAfterS === undefined ? '' : `<meta http-equiv="refresh" content="${text.retryAfterS}">`;
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">${reload}
<style>${STYLE}</style></head>
<body><main>${isWaiting ? '<i role="presentation"></i>' : ''}<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(words)}</p>
<p><small>${REQUEST_WORD[language]} ${escapeHtml(requestId)} · ${text.status}</small></p></main></body></html>
`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
