import { useTexts } from '../language.tsx';

export function SignInPage({ onRetry }: { readonly onRetry: () => void }) {
  const { signIn } = useTexts();
  return (
    <section className="card narrow">
      <h1>{signIn.title}</h1>
      <p>{signIn.lead}</p>
      <p>{signIn.how}</p>
      <pre tabIndex={0}>npm run ark -- sign-in</pre>
      <p className="quiet">{signIn.note}</p>
      <button type="button" onClick={onRetry}>
        {signIn.retry}
      </button>
    </section>
  );
}
