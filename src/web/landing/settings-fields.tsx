import { useTexts } from '../language.tsx';
import { type ControlProps, Field } from '../parts/field.tsx';
import type { Texts } from '../texts/texts.ts';
import type { InputSpec } from '../views.ts';

type Value = string | boolean;

interface SettingsFieldsProps {
  readonly specs: Readonly<Record<string, InputSpec>>;
  readonly values: Readonly<Record<string, Value>>;
  readonly faultOf: (name: string) => string | undefined;
  readonly onChange: (name: string, value: Value) => void;
}

/** The product's inputs as form fields, each with the limits of its schema. */
export function SettingsFields({ specs, values, faultOf, onChange }: SettingsFieldsProps) {
  const texts = useTexts();
  const fields = Object.entries(specs);
  if (fields.length === 0) return null;
  return (
    <fieldset className="settings">
      <legend>{texts.landing.settings}</legend>
      {fields.map(([name, spec]) => (
        <Field
          key={name}
          label={spec.title ?? name}
          isOptional={!spec.required && spec.type !== 'boolean'}
          hint={hintOf(spec, texts)}
          fault={faultOf(name)}
        >
          {(control) => (
            <Control
              name={name}
              spec={spec}
              value={values[name] ?? ''}
              control={control}
              onChange={(value) => onChange(name, value)}
            />
          )}
        </Field>
      ))}
    </fieldset>
  );
}

interface InputControlProps {
  readonly name: string;
  readonly spec: InputSpec;
  readonly value: Value;
  readonly control: ControlProps;
  readonly onChange: (value: Value) => void;
}

function Control({ name, spec, value, control, onChange }: InputControlProps) {
  const shared = { ...control, name: `inputs.${name}`, required: spec.required };
  if (spec.type === 'boolean') {
    return (
      <input
        {...shared}
        required={false}
        type="checkbox"
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    );
  }
  if (spec.choices !== undefined) {
    return (
      <select {...shared} value={String(value)} onChange={(event) => onChange(event.target.value)}>
        {(!spec.required || value === '') && <option value="" />}
        {spec.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...shared}
      inputMode={spec.type === 'integer' ? 'numeric' : undefined}
      type={spec.secret ? 'password' : 'text'}
      autoComplete={spec.secret ? 'new-password' : 'off'}
      spellCheck={spec.secret ? false : undefined}
      value={String(value)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function hintOf(spec: InputSpec, { landing: { limit } }: Texts): string | undefined {
  const hints = [boundsOf(spec, limit), spec.secret ? limit.secret : ''].filter(Boolean);
  return hints.length === 0 ? undefined : hints.join(' ');
}

function boundsOf(spec: InputSpec, limit: Texts['landing']['limit']): string {
  const { minimum, maximum } = spec;
  if (spec.type === 'string' && spec.choices === undefined) return limit.length(spec.max_length);
  if (spec.type !== 'integer') return '';
  if (minimum !== undefined && maximum !== undefined) return limit.between(minimum, maximum);
  if (minimum !== undefined) return limit.from(minimum);
  return maximum === undefined ? '' : limit.upTo(maximum);
}
