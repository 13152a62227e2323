import { useTexts } from '../language.tsx';
import { FindForm } from './find-form.tsx';
import { OpenSection } from './open-section.tsx';
import { PageTitle } from './page-title.tsx';
import { SystemNotice } from './system-notice.tsx';

/** What somebody who opens the console wants to know first. */
export function OverviewPage() {
  const { console: texts } = useTexts();
  return (
    <>
      <PageTitle title={texts.title} />
      <SystemNotice />
      <FindForm />
      <OpenSection />
    </>
  );
}
