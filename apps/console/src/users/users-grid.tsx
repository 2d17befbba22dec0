import type { User } from '@rollcall/client/server';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { usePresence } from '../live/use-presence.js';
import { type Column, leastWidth } from './columns.js';
import { HeadingRow } from './heading-row.js';
import { UserRow } from './user-row.js';
import classes from './users-grid.module.css';

interface UsersGridProps {
  users: readonly User[];
  columns: Column[];
  /** How many rows there are in all; -1 where it is not known. */
  rowCount: number;
  rowHeight: number;
  narrow: boolean;
  stale: boolean;
  sort: string | undefined;
  /** The row that has the focus of the grid. */
  at: number;
  openId: string | undefined;
  left: ReadonlySet<string>;
  isSelected(id: string): boolean;
  onMove(index: number): void;
  onOpen(id: string): void;
  onToggle(id: string): void;
  onToggleAll(): void;
  onSort(sort: string | undefined): void;
  /** The last third of the rows is in sight. */
  onNearEnd(): void;
}

/** The rows of users, of which only those in sight exist. The arrows move one focus through all of them. */
export function UsersGrid(props: UsersGridProps) {
  const { users, columns, rowHeight, narrow, at, onMove, onNearEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: users.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: useCallback((index: number) => users[index]?.id ?? index, [users]),
    overscan: 8,
    // The headings stay on top.
    scrollPaddingStart: narrow ? 0 : HEADING,
  });
  useEffect(() => {
    if (rowHeight > 0) rows.measure();
  }, [rows, rowHeight]);

  // A row is drawn again when it changes: what it calls stays the same.
  const latest = useRef(props);
  latest.current = props;
  const [calls] = useState(() => ({
    open: (id: string) => latest.current.onOpen(id),
    toggle: (id: string) => latest.current.onToggle(id),
  }));

  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (users.length > 0 && last >= (users.length * 2) / 3) onNearEnd();
  });
  usePresence(useMemo(() => items.flatMap(({ index }) => users[index]?.id ?? []), [items, users]));

  // The focus follows the row that was moved to, once it exists, unless somebody types elsewhere.
  const moved = useRef(false);
  const before = useRef(at);
  useEffect(() => {
    const { activeElement: focused } = document;
    if (before.current !== at && (focused === document.body || scroller.current?.contains(focused)))
      moved.current = true;
    before.current = at;
    rows.scrollToIndex(at);
  }, [rows, at]);
  useEffect(() => {
    const row = moved.current && scroller.current?.querySelector<HTMLElement>(`[data-index="${at}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    moved.current = false;
  });
  const move = (index: number) => onMove(Math.max(0, Math.min(users.length - 1, index)));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const step = STEPS[event.key]?.(at, page, users.length);
    const user = users[at];
    if (step !== undefined) move(step);
    else if (event.key === 'Enter' && user && isRow(event.target)) props.onOpen(user.id);
    else if (event.key === ' ' && user && isRow(event.target)) props.onToggle(user.id);
    else return;
    event.preventDefault();
  };

  const minWidth = narrow ? undefined : leastWidth(columns);
  const template = narrow ? undefined : `36px ${columns.map(({ width }) => width).join(' ')}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: A table cannot hold rows that are placed by themselves.
    <div
      ref={scroller}
      role="grid"
      aria-label="Users"
      aria-rowcount={props.rowCount < 0 ? -1 : props.rowCount + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      aria-busy={props.stale}
      tabIndex={-1}
      className={classes.grid}
      data-stale={props.stale}
      onKeyDown={onKeyDown}
    >
      {template !== undefined && (
        <HeadingRow
          columns={columns}
          template={template}
          minWidth={minWidth}
          sort={props.sort}
          allSelected={users.length > 0 && users.every(({ id }) => props.isSelected(id))}
          onSort={props.onSort}
          onToggleAll={props.onToggleAll}
        />
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: A table cannot hold rows that are placed by themselves. */}
      <div role="rowgroup" className={classes.rows} style={{ height: rows.getTotalSize(), minWidth }}>
        {items.map(({ index, key, start, size }) => {
          const user = users[index];
          if (!user) return null;
          return (
            <UserRow
              key={key}
              user={user}
              columns={columns}
              template={template}
              index={index}
              start={start}
              size={size}
              focusable={index === at}
              open={user.id === props.openId}
              selected={props.isSelected(user.id)}
              left={props.left.has(user.id)}
              onOpen={calls.open}
              onToggle={calls.toggle}
            />
          );
        })}
      </div>
    </div>
  );
}

const HEADING = 32;

/** Where a key leads from a row. */
const STEPS: Record<string, (at: number, page: number, count: number) => number> = {
  ArrowDown: at => at + 1,
  ArrowUp: at => at - 1,
  PageDown: (at, page) => at + page,
  PageUp: (at, page) => at - page,
  Home: () => 0,
  End: (_at, _page, count) => count - 1,
};

function isRow(target: EventTarget): boolean {
  return (target as HTMLElement).getAttribute('role') === 'row';
}
