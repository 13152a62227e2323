import { useEffect, useState } from 'react';
import { readSession } from './api.ts';
import { sessionWatch } from './call.ts';
import { Console } from './console/console.tsx';
import { Landing } from './landing/landing.tsx';
import { useTexts } from './language.tsx';
import { usePlace } from './location.tsx';
import { Header } from './parts/header.tsx';
import { Loading } from './parts/loading.tsx';
import { ProblemNotice } from './parts/problem-notice.tsx';
import { SignInPage } from './parts/sign-in-page.tsx';
import { usePolling } from './polling.ts';
import { RoleContext } from './session.ts';

export function App() {
  const texts = useTexts();
  const [attempt, setAttempt] = useState(0);
  const [hasEnded, setEnded] = useState(false);
  const session = usePolling({ key: `session ${attempt}`, load: readSession, nextMs: () => undefined });
  const isOut = hasEnded || session.problem?.status === 401;

  useEffect(() => {
    const onEnded = () => setEnded(true);
    sessionWatch.addEventListener('ended', onEnded);
    return () => sessionWatch.removeEventListener('ended', onEnded);
  }, []);

  const checkAgain = () => {
    setEnded(false);
    setAttempt((last) => last + 1);
  };

  return (
    <>
      <a className="skip" href="#content">
        {texts.header.skip}
      </a>
      <Header session={isOut ? undefined : session.value} onSignedOut={() => setEnded(true)} />
      <main id="content" tabIndex={-1}>
        {isOut ? (
          <SignInPage onRetry={checkAgain} />
        ) : session.value !== undefined ? (
          <RoleContext value={session.value.role}>
            <CurrentPage />
          </RoleContext>
        ) : session.problem !== undefined ? (
          <ProblemNotice problem={session.problem} />
        ) : (
          <Loading />
        )}
      </main>
    </>
  );
}

function CurrentPage() {
  const { path, query } = usePlace();
  return path === '/' ? <Landing instanceId={query.get('instance') ?? undefined} /> : <Console />;
}
