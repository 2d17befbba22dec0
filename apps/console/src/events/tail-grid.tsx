import type { StreamItem } from '@rollcall/client/server';
import { type KeyboardEvent, type Ref, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import type { Tail, TailState } from './tail.js';
import classes from './tail-grid.module.css';
import { rowId, TailRowView } from './tail-row.js';

/** Rows beyond the edges of what is in sight. */
const OVERSCAN = 6;

/** What the page's keys do with the rows. */
export interface TailKeys {
  step(by: number): void;
  openCurrent(): void;
}

interface TailGridProps {
  tail: Tail;
  state: TailState;
  narrow: boolean;
  openId: string | undefined;
  keys: Ref<TailKeys>;
  onOpen(item: StreamItem): void;
}

/**
 * The rows of a tail, of which only those in sight exist. As long as it is not paused it stands at its end; who scrolls up
 * pauses it. All rows are as high, so their places are known without measuring.
 */
export function TailGrid({ tail, state, narrow, openId, keys, onOpen }: TailGridProps) {
  const { rows, paused } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [current, setCurrent] = useState<number>();
  const rowHeight = narrow ? 44 : 24;

  useLayoutEffect(() => {
    const { current: element } = scroller;
    if (!element) return;
    const watcher = new ResizeObserver(() => {
      const { scrollTop: top, clientHeight: height } = element;
      setView(before => (before.height === height ? before : { top, height }));
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  // At the end while it moves, and where it stood when it stops.
  useLayoutEffect(() => {
    const { current: element } = scroller;
    if (!element) return;
    if (!paused) {
      element.scrollTop = rows.length * rowHeight;
      return;
    }
    const { scrollTop: top } = element;
    setView(before => (before.top === top ? before : { ...before, top }));
  });

  const count = Math.ceil(view.height / rowHeight) + 2 * OVERSCAN;
  const wanted = paused ? Math.floor(view.top / rowHeight) - OVERSCAN : rows.length - count;
  const first = Math.max(0, Math.min(wanted, rows.length - count));

  const open = (number: number, item: StreamItem) => {
    tail.pause();
    setCurrent(number);
    scroller.current?.focus({ preventScroll: true });
    onOpen(item);
  };
  // The rows are told apart by their properties, so what they call stays the same.
  const latest = useRef(open);
  latest.current = open;
  const [onRow] = useState(() => (number: number, item: StreamItem) => latest.current(number, item));

  const at = current === undefined || rows[0] === undefined ? -1 : current - rows[0].number;
  const moveTo = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    const { current: element } = scroller;
    if (!row || !element) return;
    tail.pause();
    setCurrent(row.number);
    const top = (row.number - (rows[0]?.number ?? 0)) * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + view.height - HEADING)
      element.scrollTop = top + rowHeight - view.height + HEADING;
  };
  const step = (by: number) => moveTo(at < 0 ? rows.length - 1 : at + by);
  const openCurrent = () => {
    const row = rows[at];
    if (row) open(row.number, row.item);
  };
  useImperativeHandle(keys, () => ({ step, openCurrent }));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 2);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
    if (by !== undefined) step(by);
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(rows.length - 1);
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: A table cannot hold rows that are placed by themselves.
    <div
      ref={scroller}
      role="grid"
      aria-label="Events"
      aria-rowcount={-1}
      aria-activedescendant={at >= first && at < first + count ? rowId(current ?? 0) : undefined}
      tabIndex={0}
      className={classes.grid}
      onKeyDown={onKeyDown}
      onScroll={event => {
        const { scrollTop: top, scrollHeight, clientHeight } = event.currentTarget;
        if (!paused && top + clientHeight < scrollHeight - rowHeight) tail.pause();
        if (paused) setView(before => (before.top === top ? before : { ...before, top }));
      }}
    >
      {!narrow && (
        // biome-ignore lint/a11y/useFocusableInteractive: The grid has the focus.
        // biome-ignore lint/a11y/useSemanticElements: As above.
        <div role="row" aria-rowindex={1} className={classes.headings}>
          {['Time', 'Type', 'Who → whom', 'What changed'].map(heading => (
            // biome-ignore lint/a11y/useFocusableInteractive: The grid has the focus.
            // biome-ignore lint/a11y/useSemanticElements: As above.
            <span key={heading} role="columnheader">
              {heading}
            </span>
          ))}
        </div>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: A table cannot hold rows that are placed by themselves. */}
      <div role="rowgroup" className={classes.rows} style={{ height: rows.length * rowHeight }}>
        <div
          role="presentation"
          className={classes.shown}
          style={{ transform: `translateY(${first * rowHeight}px)` }}
        >
          {rows.slice(first, first + count).map(({ number, item }) => (
            <TailRowView
              key={number}
              number={number}
              item={item}
              narrow={narrow}
              at={number === current}
              open={openId !== undefined && item.id === openId}
              onOpen={onRow}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

/** The headings stand above the rows. */
const HEADING = 28;
