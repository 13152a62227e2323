import { useTexts } from '../language.tsx';
import { usePlace } from '../location.tsx';
import { CallbackRow, CALLBACK_COLUMNS } from './callback-row.tsx';
import { listCallbacks } from './console-api.ts';
import { FilterLinks } from './filters.tsx';
import { ListSection } from './list-section.tsx';

const VERDICTS = ['accepted', 'refused'] as const;

/** What the builds reported, with the verdict on each. */
export function CallbacksPage() {
  const { console: texts } = useTexts();
  const asked = usePlace().query.get('verdict');
  const verdict = VERDICTS.find((each) => each === asked);
  const choices = VERDICTS.map((each) => ({ value: each, words: texts.verdict[each] }));
  return (
    <ListSection
      name="callbacks"
      isPage
      columns={CALLBACK_COLUMNS}
      filters={{ verdict }}
      read={listCallbacks}
      row={(callback) => <CallbackRow key={callback.id} callback={callback} />}
    >
      <p className="quiet">{texts.callbacksLead}</p>
      <FilterLinks label={texts.column.verdict} name="verdict" choices={choices} resets="callbacks-cursor" />
    </ListSection>
  );
}
