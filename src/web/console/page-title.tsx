import { type ReactNode, useEffect, useRef } from 'react';

/** Pages that were opened by a link take the focus; the first page of a visit does not. */
let isFirst = true;

interface PageTitleProps {
  /** What the browser's tab says. */
  readonly title: string;
  readonly id?: string;
  readonly children?: ReactNode;
}

export function PageTitle({ title, id, children }: PageTitleProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Ark Deploy`;
  }, [title]);
  useEffect(() => {
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, []);
  return (
    <h1 id={id} ref={heading} tabIndex={-1}>
      {children ?? title}
    </h1>
  );
}
