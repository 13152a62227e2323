import { useTexts } from '../language.tsx';
import { goTo, hrefWith, Link, usePlace } from '../location.tsx';

interface Choice {
  readonly value: string;
  readonly words: string;
}

interface FilterProps {
  readonly label: string;
  /** The name in the address: a reload, and a link that is sent to somebody, show the same. */
  readonly name: string;
  readonly choices: readonly Choice[];
  /** The cursor that means nothing in another list. */
  readonly resets: string;
}

/** A few choices side by side, and all. */
export function FilterLinks({ label, name, choices, resets }: FilterProps) {
  const { console: texts } = useTexts();
  const now = usePlace().query.get(name) ?? '';
  return (
    <p className="filters" role="group" aria-label={label}>
      {[{ value: '', words: texts.all }, ...choices].map(({ value, words }) => (
        <Link
          key={value}
          to={hrefWith({ [name]: value || undefined, [resets]: undefined })}
          current={value === now}
        >
          {words}
        </Link>
      ))}
    </p>
  );
}

/** Many choices in a list. */
export function FilterSelect({ label, name, choices, resets }: FilterProps) {
  const { console: texts } = useTexts();
  const now = usePlace().query.get(name) ?? '';
  return (
    <label className="filter">
      {label}{' '}
      <select
        value={now}
        onChange={({ target }) => goTo(hrefWith({ [name]: target.value || undefined, [resets]: undefined }))}
      >
        <option value="">{texts.all}</option>
        {choices.map(({ value, words }) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
