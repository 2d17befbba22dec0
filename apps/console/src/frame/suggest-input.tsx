import { type KeyboardEvent, useId, useState } from 'react';
import { TextInput } from '../theme/text-field.js';
import classes from './suggest-input.module.css';

interface SuggestInputProps {
  label: string;
  value: string;
  suggestions: readonly string[];
  /** It gets the focus when its page opens. */
  first?: boolean;
  error?: string;
  onChange(value: string): void;
}

const SHOWN = 10;

/** A field that offers what others have typed. Anything else can be typed, too. */
export function SuggestInput({ label, value, suggestions, first, error, onChange }: SuggestInputProps) {
  const listId = useId();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const wanted = value.toLowerCase();
  const complete = suggestions.includes(value);
  const found = suggestions.filter(one => complete || one.toLowerCase().includes(wanted)).slice(0, SHOWN);
  const shown = open && found.length > 0;
  const choose = (one: string) => {
    onChange(one);
    setOpen(false);
    setAt(-1);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = found[at];
    if (step !== undefined) {
      setOpen(true);
      setAt(Math.max(-1, Math.min(found.length - 1, at + step)));
    } else if (event.key === 'Enter' && shown && chosen !== undefined) choose(chosen);
    else if (event.key === 'Escape' && shown) setOpen(false);
    else return;
    event.preventDefault();
  };
  return (
    <div className={classes.field}>
      <TextInput
        label={label}
        value={value}
        error={error}
        autoComplete="off"
        spellCheck={false}
        data-first={first || undefined}
        role="combobox"
        aria-expanded={shown}
        aria-controls={shown ? listId : undefined}
        aria-autocomplete="list"
        aria-activedescendant={shown && at >= 0 ? `${listId}-${at}` : undefined}
        onChange={event => {
          onChange(event.target.value);
          setOpen(true);
          setAt(-1);
        }}
        onFocus={() => setOpen(true)}
        onBlur={event => {
          // A press on a button must find the button where it was, so only another field closes the list.
          if (event.relatedTarget?.matches('input, select')) setOpen(false);
        }}
        onKeyDown={onKeyDown}
      />
      {shown && (
        <div id={listId} role="listbox" aria-label={label} className={classes.list}>
          {found.map((one, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: The field above keeps the focus.
            <div
              key={one}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === at}
              className={classes.option}
              // The field would lose the focus with the press, and the list would be gone before the click.
              onPointerDown={event => {
                event.preventDefault();
                choose(one);
              }}
            >
              {one}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
