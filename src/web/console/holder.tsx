import { deploymentHref, Link } from '../location.tsx';

/** The deployment that holds up another; a dash when none does. */
export function Holder({ id }: { readonly id: string | undefined }) {
  if (id === undefined) return <span className="quiet">–</span>;
  return (
    <Link to={deploymentHref(id)}>
      <code className="id">{id}</code>
    </Link>
  );
}
