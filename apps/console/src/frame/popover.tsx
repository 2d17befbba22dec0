import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import classes from './popover.module.css';

interface PopoverProps {
  /** What the button says, and how it looks. */
  button: ReactNode;
  buttonClass?: string;
  buttonLabel?: string;
  /** What the small page is for, for those who do not see it. */
  label: string;
  children(close: () => void): ReactNode;
}

const MARGIN = 8;

/** A button with a small page under it. The browser closes it at Escape and at a click elsewhere, and gives the focus back. */
export function Popover(props: PopoverProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);

  useEffect(() => {
    const { current: page } = box;
    const { current: under } = button;
    if (!open || !page || !under) return;
    let focused = false;
    const place = () => {
      // What is loaded when it is opened comes a moment later.
      const first = page.querySelector<HTMLElement>('[data-first], input, select, textarea, button');
      if (!focused) first?.focus();
      focused ||= first !== null;
      const at = under.getBoundingClientRect();
      const left = Math.min(at.left, innerWidth - page.offsetWidth - MARGIN);
      const below = at.bottom + 4;
      const top = below + page.offsetHeight > innerHeight ? at.top - page.offsetHeight - 4 : below;
      page.style.left = `${Math.max(MARGIN, left)}px`;
      page.style.top = `${Math.max(MARGIN, top)}px`;
    };
    place();
    const watcher = new ResizeObserver(place);
    watcher.observe(page);
    return () => watcher.disconnect();
  }, [open]);

  return (
    <>
      <button
        ref={button}
        type="button"
        className={props.buttonClass ?? classes.button}
        aria-label={props.buttonLabel}
        title={props.buttonLabel}
        aria-expanded={open}
        aria-haspopup="dialog"
        popoverTarget={id}
      >
        {props.button}
      </button>
      <div
        ref={box}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={props.label}
        className={classes.page}
        onToggle={event => setOpen(event.newState === 'open')}
      >
        {open && props.children(() => box.current?.hidePopover())}
      </div>
    </>
  );
}
