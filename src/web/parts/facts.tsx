import type { ReactNode } from 'react';

/** What is known of a thing, as pairs of name and value. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="fact-list">{children}</dl>;
}

/** Left out when there is nothing to say. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  if (children === null || children === undefined || children === '') return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
