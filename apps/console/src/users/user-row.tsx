import type { User } from '@rollcall/client/server';
import { memo, useRef } from 'react';
import type { Column } from './columns.js';
import { NarrowCells } from './narrow-cells.js';
import classes from './user-row.module.css';

interface UserRowProps {
  user: User;
  columns: Column[];
  /** The widths of the columns; undefined for a row of two lines. */
  template: string | undefined;
  index: number;
  start: number;
  size: number;
  focusable: boolean;
  open: boolean;
  selected: boolean;
  /** The user no longer matches. The row stays until the list is read again. */
  left: boolean;
  onOpen(id: string): void;
  onToggle(id: string): void;
}

/** One user of the list. A cell that changes while it is in sight flashes once. */
export const UserRow = memo(function UserRow(props: UserRowProps) {
  const { user, columns, template, index, selected } = props;
  const flashes = useFlashes(user, columns);
  return (
    // biome-ignore lint/a11y/useSemanticElements: A table cannot hold rows that are placed by themselves.
    // biome-ignore lint/a11y/useKeyWithClickEvents: The keys are those of the grid.
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      aria-current={props.open ? 'true' : undefined}
      aria-description={props.left ? 'no longer matches' : undefined}
      title={props.left ? 'No longer matches. It goes with the next reload.' : undefined}
      tabIndex={props.focusable ? 0 : -1}
      data-index={index}
      data-left={props.left}
      className={classes.row}
      style={{ transform: `translateY(${props.start}px)`, height: props.size, gridTemplateColumns: template }}
      onClick={() => props.onOpen(user.id)}
    >
      {/* biome-ignore lint/a11y/useFocusableInteractive: What is in it has the focus. */}
      {/* biome-ignore lint/a11y/useSemanticElements: As above. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: It only keeps the click from the row. */}
      <span role="gridcell" className={classes.box} onClick={event => event.stopPropagation()}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select ${user.name ?? user.id}`}
          checked={selected}
          onChange={() => props.onToggle(user.id)}
        />
      </span>
      {template === undefined ? (
        <NarrowCells user={user} />
      ) : (
        columns.map(column => (
          // biome-ignore lint/a11y/useFocusableInteractive: The rows have the focus.
          // biome-ignore lint/a11y/useSemanticElements: As above.
          <span
            role="gridcell"
            key={`${column.key} ${flashes.get(column.key) ?? 0}`}
            className={classes.cell}
            data-flash={flashes.has(column.key)}
          >
            {column.cell(user)}
          </span>
        ))
      )}
    </div>
  );
});

/** How often each cell has changed since the row came into sight. A cell with another number is made anew, and flashes. */
function useFlashes(user: User, columns: readonly Column[]): ReadonlyMap<string, number> {
  const seen = useRef({ user, flashes: new Map<string, number>() });
  const { current } = seen;
  if (current.user !== user) {
    const flashes = new Map(current.flashes);
    for (const { key, value } of columns) {
      if (value(current.user) !== value(user)) flashes.set(key, (flashes.get(key) ?? 0) + 1);
    }
    seen.current = { user, flashes };
  }
  return seen.current.flashes;
}
