import { useEffect, useRef } from 'react';
import { useAction } from '../action.ts';
import { removeInstance } from '../api.ts';
import { useTexts } from '../language.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import type { InstanceView } from '../views.ts';

interface DeleteDialogProps {
  readonly instance: InstanceView;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

/** Names everything that goes; the safe answer has the focus. */
export function DeleteDialog({ instance, onClose, onDeleted }: DeleteDialogProps) {
  const { remove } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const removing = useAction(async () => {
    await removeInstance(instance.instance_id);
    onDeleted();
    dialog.current?.close();
  });
  return (
    <dialog ref={dialog} aria-labelledby="delete-title" onClose={onClose}>
      <h2 id="delete-title">{remove.title(instance.client_name)}</h2>
      <p>{remove.lead(instance.instance_id, instance.host_id)}</p>
      <ul>
        <li>{remove.containers}</li>
        <li>{remove.data}</li>
        <li>{remove.files}</li>
        <li>{remove.link(instance.access_url)}</li>
      </ul>
      <p className="quiet">{remove.stays}</p>
      <ProblemNotice problem={removing.problem} isCall />
      <p className="actions">
        <button type="button" autoFocus onClick={() => dialog.current?.close()}>
          {remove.keep}
        </button>
        <button type="button" className="danger-fill" disabled={removing.isRunning} onClick={removing.run}>
          {removing.isRunning ? remove.sending : remove.confirm}
        </button>
      </p>
    </dialog>
  );
}
