import { useTexts } from '../language.tsx';

export function Loading() {
  return (
    <p className="quiet" role="status">
      {useTexts().progress.loading}
    </p>
  );
}
