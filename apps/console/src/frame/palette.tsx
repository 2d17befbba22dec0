import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { type Command, commandsNow } from './commands.js';
import classes from './palette.module.css';

/** The search of everything that can be done, and of users. Each row shows its key. */
export function Palette({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const listId = useId();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  // What can be done is what could be done when the palette opened.
  const commands = useMemo(() => {
    const others = commandsNow().filter(({ key }) => key !== 'Mod+k');
    // What is done often has a key, and comes first.
    return others.sort((a, b) => Number(a.key === undefined) - Number(b.key === undefined));
  }, []);
  useEffect(() => dialog.current?.showModal(), []);

  const wanted = text.trim().toLowerCase();
  const rows: Command[] = commands.filter(({ label }) => label.toLowerCase().includes(wanted));
  if (wanted !== '') {
    const search = (q: string) => void navigate({ to: '/users', search: { q } });
    rows.push({ label: `Search users for “${text.trim()}”`, run: () => search(text.trim()) });
    const open = () => void navigate({ to: '/users/$userId', params: { userId: text.trim() } });
    rows.push({ label: `Open the user with the id “${text.trim()}”`, run: open });
  }
  const run = (row: Command | undefined) => {
    if (row === undefined || row.refusal !== undefined) return;
    dialog.current?.close();
    row.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((at + step + rows.length) % Math.max(1, rows.length));
    else if (event.key === 'Enter') run(rows[at]);
    else return;
    event.preventDefault();
  };

  return (
    <dialog ref={dialog} className={classes.palette} aria-label="Search or command" onClose={onClose}>
      <input
        className={classes.input}
        autoFocus
        role="combobox"
        aria-label="Search or command"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={rows[at] && `${listId}-${at}`}
        placeholder="Search or command"
        value={text}
        onChange={event => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={listId} role="listbox" aria-label="What you can do" className={classes.list}>
        {rows.map((row, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: The keys are those of the field above.
          // biome-ignore lint/a11y/useFocusableInteractive: The field above keeps the focus.
          <div
            key={`${row.label} ${row.key ?? ''}`}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === at}
            aria-disabled={row.refusal !== undefined}
            title={row.refusal}
            className={classes.row}
            onClick={() => run(row)}
            onPointerMove={() => setAt(index)}
          >
            {row.label}
            {row.key !== undefined && <kbd>{row.key === ' ' ? 'Space' : row.key}</kbd>}
          </div>
        ))}
      </div>
    </dialog>
  );
}
