import { readHosts, readProducts } from '../api.ts';
import { useTexts } from '../language.tsx';
import { usePlace } from '../location.tsx';
import { usePolling } from '../polling.ts';
import { FilterSelect } from './filters.tsx';

interface ListFiltersProps {
  /** The list whose place is lost when it becomes another one. */
  readonly list: 'instances' | 'deployments';
  /** What the list has beside product and host, with the words for its values. */
  readonly state: 'status' | 'phase';
  readonly words: Readonly<Record<string, string>>;
}

/** State, product and host, side by side; each choice is in the address. */
export function ListFilters({ list, state, words }: ListFiltersProps) {
  const { column } = useTexts().console;
  const once = { nextMs: () => undefined };
  const products = usePolling({ key: 'products', load: readProducts, ...once }).value ?? [];
  const hosts = usePolling({ key: 'hosts', load: readHosts, ...once }).value ?? [];
  const choices = {
    [state]: Object.entries(words).map(([value, word]) => ({ value, words: word })),
    product: products.map(({ product_id: value, name }) => ({ value, words: name })),
    host: hosts.map(({ host_id: value }) => ({ value, words: value })),
  };
  return (
    <p className="filters">
      {([state, 'product', 'host'] as const).map((name) => (
        <FilterSelect
          key={name}
          label={column[name]}
          name={name}
          choices={choices[name] ?? []}
          resets={`${list}-cursor`}
        />
      ))}
    </p>
  );
}

/** What the address asks for. */
export function useAskedFilters(state: ListFiltersProps['state']) {
  const { query } = usePlace();
  const of = (name: string) => query.get(name) ?? undefined;
  return { [state]: of(state), product: of('product'), host: of('host') };
}
