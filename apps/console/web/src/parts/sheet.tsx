import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';
import { Button } from './basic.tsx';

/**
 * A dialog over the page: the browser's own, so that focus stays in it, Escape closes it and the page behind is out of reach. It goes
 * back to what opened it.
 */
export function Sheet({
  title,
  lead,
  onClose,
  children,
  footer,
}: {
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element?.open === false) element.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-labelledby="sheet-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="inside">
        <header>
          <div>
            <h2 id="sheet-title">{title}</h2>
            {lead === undefined ? null : <div className="muted">{lead}</div>}
          </div>
          <Button look="quiet" icon="close" aria-label="Close" onClick={onClose} />
        </header>
        {children}
        {footer === undefined ? null : <footer>{footer}</footer>}
      </div>
    </dialog>
  );
}
