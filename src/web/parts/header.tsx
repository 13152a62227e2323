import { signOut } from '../api.ts';
import { useAction } from '../action.ts';
import { LANGUAGES, type Language, useLanguage } from '../language.tsx';
import { Link, usePlace } from '../location.tsx';
import type { WhoIs } from '../views.ts';
import { ProblemNotice } from './problem-notice.tsx';

interface HeaderProps {
  readonly session: WhoIs | undefined;
  readonly onSignedOut: () => void;
}

export function Header({ session, onSignedOut }: HeaderProps) {
  const { texts } = useLanguage();
  const isConsole = usePlace().path.startsWith('/admin');
  const leaving = useAction(async () => {
    await signOut();
    onSignedOut();
  });
  return (
    <header className="header">
      <div className="header-row">
        <Link to="/" className="brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          Ark Deploy
        </Link>
        {session && (
          <nav aria-label={texts.header.menu}>
            <Link to="/" current={!isConsole}>
              {texts.header.home}
            </Link>
            <Link to="/admin" current={isConsole}>
              {texts.header.console}
            </Link>
          </nav>
        )}
        <div className="header-end">
          <LanguageSwitch />
          {session && (
            <button
              type="button"
              className="plain"
              title={session.user}
              disabled={leaving.isRunning}
              onClick={leaving.run}
            >
              {texts.header.signOut}
            </button>
          )}
        </div>
      </div>
      <ProblemNotice problem={leaving.problem} isCall onDismiss={leaving.dismiss} />
    </header>
  );
}

function LanguageSwitch() {
  const { language, texts, choose } = useLanguage();
  return (
    <div role="group" aria-label={texts.language.choose} className="languages">
      {(Object.keys(LANGUAGES) as Language[]).map((each) => (
        <button
          key={each}
          type="button"
          className="plain"
          lang={each}
          title={LANGUAGES[each].language.name}
          aria-label={LANGUAGES[each].language.name}
          aria-pressed={each === language}
          onClick={() => choose(each)}
        >
          {each.toUpperCase()}
        </button>
      ))}
    </div>
  );
}
