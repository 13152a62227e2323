import { type ReactNode, useState } from 'react';
import type { Right } from '../../http/rights.ts';
import { useTexts } from '../language.tsx';
import { useRight } from '../session.ts';
import type { ActName } from '../texts/console-texts.ts';
import { ActDialog } from './act-dialog.tsx';

export interface ActProps {
  readonly name: ActName;
  /** What is acted on, as people call it. */
  readonly of: string;
  readonly right: Right;
  /** Takes something away that does not come back by itself. */
  readonly isDangerous?: boolean;
  /** The API refuses it without a reason. */
  readonly needsWhy?: boolean;
  /** A dialog that is open stays, also when the act is no longer offered. */
  readonly isOffered?: boolean;
  /** What else the dialog says or asks; fields by name reach `act` in the form. */
  readonly children?: ReactNode;
  readonly act: (why: string | undefined, form: FormData) => Promise<unknown>;
}

/** A button that asks before it acts; absent for whoever may not. */
export function ActButton(props: ActProps) {
  const { acts } = useTexts();
  const [isAsked, setAsked] = useState(false);
  const isAllowed = useRight(props.right);
  if (!isAllowed) return null;
  return (
    <>
      {props.isOffered !== false && (
        <button type="button" className={props.isDangerous ? 'danger' : ''} onClick={() => setAsked(true)}>
          {acts[props.name].offer}
          <span className="visually-hidden"> {props.of}</span>
        </button>
      )}
      {isAsked && <ActDialog {...props} onClose={() => setAsked(false)} />}
    </>
  );
}
