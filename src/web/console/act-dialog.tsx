import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react';
import { useAction } from '../action.ts';
import { textIn } from '../form-text.ts';
import { useTexts } from '../language.tsx';
import { Field } from '../parts/field.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import type { ActProps } from './act-button.tsx';
import { useTellChange } from './live.tsx';

const LONGEST_WHY = 200;

interface ActDialogProps extends ActProps {
  readonly onClose: () => void;
}

/** Says what will happen and asks why; nothing happens before it is sent. */
export function ActDialog({ name, of, isDangerous, needsWhy, children, act, onClose }: ActDialogProps) {
  const { acts, act: texts } = useTexts();
  const words = acts[name];
  const titleId = useId();
  const tellChange = useTellChange();
  const dialog = useRef<HTMLDialogElement>(null);
  const [isEmpty, setEmpty] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const acting = useAction(async (why: string, form: FormData) => {
    await act(why === '' ? undefined : why, form);
    tellChange();
    dialog.current?.close();
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const why = textIn(form, 'why');
    const isMissing = needsWhy === true && why === '';
    setEmpty(isMissing);
    if (isMissing) event.currentTarget.querySelector<HTMLElement>('[name=why]')?.focus();
    else acting.run(why, form);
  };
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onClose={onClose}>
      <form noValidate onSubmit={onSubmit}>
        <h2 id={titleId}>{words.title(of)}</h2>
        <p>{words.lead}</p>
        {children}
        <Field
          label={texts.why}
          isOptional={!needsWhy}
          hint={texts.whyHint}
          fault={isEmpty ? texts.whyMissing : undefined}
        >
          {(control) => <input {...control} name="why" maxLength={LONGEST_WHY} autoComplete="off" />}
        </Field>
        <ProblemNotice problem={acting.problem} isCall />
        <p className="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            {texts.back}
          </button>
          <button className={isDangerous ? 'danger-fill' : 'primary-fill'} disabled={acting.isRunning}>
            {acting.isRunning ? texts.sending : words.confirm}
          </button>
        </p>
      </form>
    </dialog>
  );
}
