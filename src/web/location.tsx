import { type MouseEvent, type ReactNode, useSyncExternalStore } from 'react';

/** The address of the page, in as much as the pages need a router. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const moved = new EventTarget();

export function usePlace(): Place {
  const href = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
  const url = new URL(href, window.location.origin);
  return { path: url.pathname, query: url.searchParams };
}

/** The address of this page with other values in its query; undefined takes one away. */
export function hrefWith(changes: Readonly<Record<string, string | undefined>>): string {
  const { pathname, search } = window.location;
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) query.delete(name);
    else query.set(name, value);
  }
  return query.size === 0 ? pathname : `${pathname}?${query}`;
}

/** Goes to an address of ours without loading the page anew. */
export function goTo(href: string): void {
  window.history.pushState(null, '', href);
  window.scrollTo(0, 0);
  moved.dispatchEvent(new Event('move'));
}

export const instanceHref = (id: string) => `/?instance=${encodeURIComponent(id)}`;

const consoleHref = (section: string) => (id: string) => `/admin/${section}/${encodeURIComponent(id)}`;

/** Pages of the console by what they show. */
export const instanceDetailHref = consoleHref('instances');
export const deploymentHref = consoleHref('deployments');
export const hostHref = consoleHref('hosts');

/** An outside address from an answer; undefined unless it is http or https. */
export function webAddress(address: string | null | undefined): string | undefined {
  if (!address || !URL.canParse(address, window.location.origin)) return undefined;
  const url = new URL(address, window.location.origin);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

interface LinkProps {
  readonly to: string;
  readonly className?: string;
  readonly current?: boolean;
  readonly children: ReactNode;
}

export function Link({ to, className, current, children }: LinkProps) {
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
  };
  return (
    <a href={to} className={className} aria-current={current ? 'page' : undefined} onClick={onClick}>
      {children}
    </a>
  );
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  moved.addEventListener('move', listener);
  return () => {
    window.removeEventListener('popstate', listener);
    moved.removeEventListener('move', listener);
  };
}
