import type { SubmitEvent } from 'react';
import { textIn } from '../form-text.ts';
import { useTexts } from '../language.tsx';
import { deploymentHref, goTo, instanceDetailHref } from '../location.tsx';

const DEPLOYMENT = /^d-[0-9a-f]{20}$/;

/** From an id, as it stands in Jenkins or in an alert, to its page. */
export function FindForm() {
  const { console: texts } = useTexts();
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const id = textIn(new FormData(event.currentTarget), 'id');
    if (id !== '') goTo(DEPLOYMENT.test(id) ? deploymentHref(id) : instanceDetailHref(id));
  };
  return (
    <form className="find" role="search" onSubmit={onSubmit}>
      <input
        name="id"
        aria-label={texts.find}
        placeholder={texts.find}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <button>{texts.go}</button>
    </form>
  );
}
