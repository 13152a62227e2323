import { useLayoutEffect, useRef, useState } from 'react';
import { useTexts } from '../language.tsx';

interface LogTextProps {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Follows the end while the reader is there; whoever scrolls up is left in peace. */
export function LogText({ text, isWhole }: LogTextProps) {
  const { log: texts } = useTexts();
  const pane = useRef<HTMLPreElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const [isWrapped, setWrapped] = useState(true);
  useLayoutEffect(() => {
    if (pane.current && isFollowing) pane.current.scrollTop = pane.current.scrollHeight;
  }, [text, isFollowing, isWrapped]);
  const onScroll = () => {
    if (!pane.current) return;
    const { scrollTop, scrollHeight, clientHeight } = pane.current;
    setFollowing(scrollHeight - scrollTop - clientHeight < 24);
  };
  if (text === '') return <p className="quiet">{isWhole ? texts.none : texts.empty}</p>;
  return (
    <>
      <p className="facts log-tools">
        <label>
          <input
            type="checkbox"
            checked={isFollowing}
            onChange={(event) => setFollowing(event.target.checked)}
          />{' '}
          {texts.atEnd}
        </label>
        <label>
          <input type="checkbox" checked={isWrapped} onChange={(event) => setWrapped(event.target.checked)} />{' '}
          {texts.wrap}
        </label>
        <span className="quiet">{isWhole ? texts.whole : texts.follow}</span>
      </p>
      <pre
        ref={pane}
        className={isWrapped ? 'log' : 'log log-long'}
        tabIndex={0}
        role="region"
        aria-label={texts.title}
        onScroll={onScroll}
      >
        {text}
      </pre>
    </>
  );
}
