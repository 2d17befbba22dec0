import { type ReactNode, useLayoutEffect, useRef } from 'react';
import classes from './dialog.module.css';

interface DialogProps {
  label: string;
  /** Whether Escape leaves it. */
  canLeave?: boolean;
  onClose(): void;
  children: ReactNode;
}

/** A page over the page, for what has to be decided before anything else. The browser keeps the focus in it. */
export function Dialog({ label, canLeave = true, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const { activeElement: before } = document;
    dialog.current?.showModal();
    // The browser gives the focus back only where a dialog is closed before it is taken away.
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={classes.dialog}
      aria-label={label}
      onCancel={event => {
        if (!canLeave) event.preventDefault();
      }}
      onClose={onClose}
    >
      <h2 className={classes.title}>{label}</h2>
      {children}
    </dialog>
  );
}
