import type { KeyView } from '../views.ts';
import { useTexts } from '../language.tsx';
import { Moment } from '../parts/moment.tsx';
import { ActButton } from './act-button.tsx';
import { listKeys, revokeKey } from './console-api.ts';
import { ListSection } from './list-section.tsx';
import { Cell, type Column } from './table.tsx';

const COLUMNS: readonly Column[] = ['key', 'state', 'actions'];

/** The keys that callbacks are signed with. */
export function KeysSection() {
  return (
    <ListSection
      name="keys"
      columns={COLUMNS}
      isWhole
      read={listKeys}
      row={(key) => <KeyRow key={key.key_id} item={key} />}
    />
  );
}

function KeyRow({ item }: { readonly item: KeyView }) {
  const { console: texts } = useTexts();
  const { key_id: id, revoked } = item;
  return (
    <tr role="row" data-key={id}>
      <Cell column="key">
        <code>{id}</code>
      </Cell>
      <Cell column="state">
        {revoked === null ? (
          <span className="badge badge-good">{texts.valid}</span>
        ) : (
          <>
            <span className="badge badge-bad">{texts.revoked}</span> <Moment at={revoked.at} />{' '}
            {texts.by(revoked.by)}: <q>{revoked.why}</q>
          </>
        )}
      </Cell>
      <Cell column="actions">
        <ActButton
          name="revokeKey"
          of={id}
          right="system:operate"
          isDangerous
          needsWhy
          isOffered={revoked === null}
          act={(why) => revokeKey(id, why)}
        />
      </Cell>
    </tr>
  );
}
