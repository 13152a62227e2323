import { useTexts } from '../language.tsx';
import { ACT_COLUMNS, ActRow } from './act-row.tsx';
import { listActs } from './console-api.ts';
import { ListSection } from './list-section.tsx';

export function ActsPage() {
  const { console: texts } = useTexts();
  return (
    <ListSection
      name="acts"
      isPage
      columns={ACT_COLUMNS}
      read={listActs}
      row={(act) => <ActRow key={act.id} act={act} />}
    >
      <p className="quiet">{texts.actsLead}</p>
    </ListSection>
  );
}
