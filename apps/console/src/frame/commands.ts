import { useEffect, useRef } from 'react';

/** Something one can do on the page, in the palette and by its key. */
export interface Command {
  label: string;
  /** Such as `j`, `/`, `Enter` or `Mod+k`, where Mod is Ctrl, or the command key of a Mac. */
  key?: string;
  /** Why it cannot be done now. */
  refusal?: string;
  run(): void;
}

const registered = new Map<object, () => readonly Command[]>();

/** Offers commands for as long as the component is on the page. */
export function useCommands(commands: readonly Command[]): void {
  const latest = useRef(commands);
  latest.current = commands;
  useEffect(() => {
    registered.set(latest, () => latest.current);
    return () => void registered.delete(latest);
  }, []);
}

/** What can be done now, what is nearest first. */
export function commandsNow(): Command[] {
  return [...registered.values()].reverse().flatMap(commands => [...commands()]);
}

/** What takes letters. A box that is ticked takes none: after it, the keys are those of the page. */
const FIELDS =
  'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable], dialog, [popover]';

/** What lies over the page. Its keys are its own, also when nothing in it has the focus. */
const OVER = ':modal, :popover-open';

/** Runs commands by their keys. Somebody who types into a field means the field. */
export function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const mod = event.ctrlKey || event.metaKey;
      if (event.defaultPrevented || event.altKey || event.isComposing) return;
      if (!mod && (target.closest(FIELDS) || document.querySelector(OVER))) return;
      // Enter and Space on a button or a box are its own.
      if ((event.key === 'Enter' || event.key === ' ') && target.closest('button, a, input')) return;
      const key = mod ? `Mod+${event.key.toLowerCase()}` : event.key;
      const command = commandsNow().find(one => one.key === key && one.refusal === undefined);
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
