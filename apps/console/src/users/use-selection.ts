import { useState } from 'react';

/** Which users an action is about: some by their ids, or everybody that the filter matches. */
export type Selection = { all: false; ids: ReadonlySet<string> } | { all: true };

const NONE: Selection = { all: false, ids: new Set() };

/** What is selected in a list. Another list begins with nothing selected. */
export function useSelection(listKey: string) {
  const [held, setHeld] = useState({ listKey, selection: NONE });
  const selection = held.listKey === listKey ? held.selection : NONE;
  const set = (next: Selection) => setHeld({ listKey, selection: next });
  return {
    selection,
    isAny: selection.all || selection.ids.size > 0,
    isSelected: (id: string) => selection.all || selection.ids.has(id),
    toggle(id: string) {
      const ids = new Set(selection.all ? [] : selection.ids);
      if (!ids.delete(id)) ids.add(id);
      set({ all: false, ids });
    },
    select: (ids: readonly string[]) => set({ all: false, ids: new Set(ids) }),
    selectAll: () => set({ all: true }),
    clear: () => set(NONE),
  };
}
