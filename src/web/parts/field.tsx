import { type ReactNode, useId } from 'react';
import { useTexts } from '../language.tsx';

/** What a control needs to be tied to its label, hint and fault. */
export interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
}

interface FieldProps {
  readonly label: string;
  readonly isOptional?: boolean;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
  readonly children: (control: ControlProps) => ReactNode;
}

export function Field({ label, isOptional, hint, fault, children }: FieldProps) {
  const texts = useTexts();
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {isOptional && <span className="quiet">({texts.landing.optional})</span>}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': fault !== undefined })}
      {hint && (
        <p id={`${id}-hint`} className="quiet hint">
          {hint}
        </p>
      )}
      {fault && (
        <p id={`${id}-fault`} className="fault">
          {fault}
        </p>
      )}
    </div>
  );
}
