import { useEffect, useState } from 'react';
import { logUrl } from './console-api.ts';

export interface LogStream {
  readonly text: string;
  /** Everything has arrived. */
  readonly isWhole: boolean;
  /** No stream to be had: whoever wants the log has to ask for it. */
  readonly isRefused: boolean;
}

const NOTHING: LogStream = { text: '', isWhole: false, isRefused: false };

/**
 * Follows the log as the coordinator reads it. The browser connects again by itself and resumes where it was; while
 * the page is hidden the stream rests, and starts over when it is seen again.
 */
export function useLogStream(deploymentId: string): LogStream {
  const [stream, setStream] = useState(NOTHING);
  useEffect(() => {
    let close = () => {};
    const follow = () => {
      close();
      if (!document.hidden) close = openLog(logUrl(deploymentId), setStream);
    };
    document.addEventListener('visibilitychange', follow);
    follow();
    return () => {
      document.removeEventListener('visibilitychange', follow);
      close();
    };
  }, [deploymentId]);
  return stream;
}

/** Chunks that arrive between two frames are shown together. */
function openLog(url: string, show: (stream: LogStream) => void): () => void {
  const source = new EventSource(url);
  let now = NOTHING;
  let frame = 0;
  const put = (next: LogStream) => {
    now = next;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      show(now);
    });
  };
  const close = () => {
    source.close();
    cancelAnimationFrame(frame);
  };
  source.addEventListener('reset', () => put({ ...now, text: '' }));
  source.addEventListener('log', ({ data }: MessageEvent<string>) =>
    put({ ...now, text: `${now.text}${data}\n` }),
  );
  source.addEventListener('end', () => {
    source.close();
    put({ ...now, isWhole: true });
  });
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED && !now.isWhole) put({ ...now, isRefused: true });
  });
  return close;
}
