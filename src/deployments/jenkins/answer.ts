import type { IncomingHttpHeaders } from 'node:http';

/** What came back for one call, whatever the status. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body is longer than what was to be kept of it. */
  readonly isCut: boolean;
}

/** Thrown by the transport when no whole answer came. */
export class NoAnswer extends Error {
  /** False: certainly not a byte of the request left. */
  readonly sent: boolean;

  constructor(detail: string, sent: boolean, cause?: unknown) {
    super(detail, { cause });
    this.name = 'NoAnswer';
    this.sent = sent;
  }
}

const EXCERPT_CHARACTERS = 200;
const BOOT_PAGE = /app-jenkins-booting|Jenkins is (?:restarting|getting ready to work)/;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** A few words of the body for people: title and heading of a page, else its first words; no tags. */
export function excerptOf(text: string): string {
  const head = text.slice(0, 64 * 1024);
  const title = /<title>([^<]*)<\/title>/i.exec(head)?.[1] ?? '';
  const body = head.slice(Math.max(0, head.search(/<h1[\s>]|<body[\s>]/i)));
  const words = toWords(`${title} ${toWords(body)}`);
  return words.length > EXCERPT_CHARACTERS ? `${words.slice(0, EXCERPT_CHARACTERS)}…` : words;
}

function toWords(markup: string): string {
  return (
    markup
      .replace(/<(script|style|template|head)[\s\S]*?(?:<\/\1>|$)/gi, ' ')
      .replace(/<!--[\s\S]*?-->|<[^>]*>/g, ' ')
      // eslint-disable-next-line no-control-regex
      .replace(/[\s\u0000-\u001f\u007f]+/g, ' ')
      .trim()
  );
}

/** Jenkins' own page while it starts or restarts: nothing was accepted. A proxy's 503 does not say so. */
export function isBootPage({ status, text }: Answer): boolean {
  return status === 503 && BOOT_PAGE.test(text);
}

export function isRedirect({ status }: Answer): boolean {
  return REDIRECTS.includes(status);
}

/** Jenkins' own 404; one of a proxy, or of another server, says nothing about what exists in Jenkins. */
export function isGone({ status, headers }: Answer): boolean {
  return status === 404 && headers['x-jenkins'] !== undefined;
}

/** The path of the Location header without query; empty when there is none. */
export function redirectPath({ headers }: Answer): string {
  const { location } = headers;
  return location && URL.canParse(location, 'http://any') ? new URL(location, 'http://any').pathname : '';
}

/** What the answer says in words that may be shown: no body beyond an excerpt, no address with a query. */
export function describe(answer: Answer): string {
  if (isRedirect(answer)) return `it sends us to ${redirectPath(answer) || 'nowhere'} (${answer.status})`;
  const told = answer.headers['x-error'];
  const words = typeof told === 'string' ? told : excerptOf(answer.text);
  return words ? `it answers ${answer.status}: ${words}` : `it answers ${answer.status}`;
}

/** Why a 401 or 403 was given, told apart by header and, where Jenkins has none, by its fixed texts. */
export function describeRefusal(answer: Answer): string {
  const right = answer.headers['x-required-permission'];
  if (answer.status === 401) return 'user name or API token are wrong (401)';
  if (right) return `our account lacks the right ${String(right)} (403)`;
  if (answer.text.includes('No valid crumb'))
    return 'it asks for a crumb: use an API token, not a password (403)';
  if (/Authentication required|Please log ?in/.test(answer.text)) return 'it asks us to sign in (403)';
  return describe(answer);
}
