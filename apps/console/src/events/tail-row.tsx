import type { StreamItem } from '@rollcall/client/server';
import { memo, type PointerEvent } from 'react';
import { isResync, lineOf } from './event-line.js';
import classes from './tail-row.module.css';

interface TailRowProps {
  number: number;
  item: StreamItem;
  narrow: boolean;
  /** The keys are on it. */
  at: boolean;
  open: boolean;
  onOpen(number: number, item: StreamItem): void;
}

/** One event of the tail in a line, or the notice that some are missing. */
export const TailRowView = memo(function TailRowView({
  number,
  item,
  narrow,
  at,
  open,
  onOpen,
}: TailRowProps) {
  if (isResync(item)) {
    return (
      // biome-ignore lint/a11y/useFocusableInteractive: The grid has the focus.
      // biome-ignore lint/a11y/useSemanticElements: A table cannot hold rows that are placed by themselves.
      <div
        role="row"
        aria-rowindex={number + 2}
        id={rowId(number)}
        className={classes.row}
        data-at={at}
        data-resync
      >
        {/* biome-ignore lint/a11y/useFocusableInteractive: As above. */}
        {/* biome-ignore lint/a11y/useSemanticElements: As above. */}
        <span role="gridcell" className={classes.notice}>
          resync: the log does not reach back to where this begins, so events are missing before here. From
          here on none is.
        </span>
      </div>
    );
  }
  const { time, who, whom, what } = lineOf(item);
  const cells: [string, string][] = narrow
    ? [
        ['first', `${time} ${item.type}`],
        ['second', `${who} → ${whom}${what && ` · ${what}`}`],
      ]
    : [
        ['time', time],
        ['type', item.type],
        ['who', `${who} → ${whom}`],
        ['what', what],
      ];
  // A row that moves away under a press would get no click.
  const onPointerDown = (event: PointerEvent) => {
    if (event.pointerType === 'mouse' && event.button === 0) onOpen(number, item);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: A table cannot hold rows that are placed by themselves.
    // biome-ignore lint/a11y/useKeyWithClickEvents: The keys are those of the grid.
    // biome-ignore lint/a11y/useFocusableInteractive: The grid has the focus.
    <div
      role="row"
      aria-rowindex={number + 2}
      aria-current={open ? 'true' : undefined}
      id={rowId(number)}
      className={classes.row}
      data-at={at}
      data-red={RED.has(item.type)}
      onPointerDown={onPointerDown}
      onClick={() => onOpen(number, item)}
    >
      {cells.map(([name, text]) => (
        // biome-ignore lint/a11y/useFocusableInteractive: The grid has the focus.
        // biome-ignore lint/a11y/useSemanticElements: As above.
        <span key={name} role="gridcell" className={classes[name]}>
          {text}
        </span>
      ))}
    </div>
  );
});

/** What destroys, and what failed. */
const RED: ReadonlySet<string> = new Set([
  'user.deleted',
  'user.banned',
  'user.messages.deleted',
  'channel.deleted',
  'call.deleted',
  'task.failed',
]);

/** The id of a row in the page. */
export function rowId(number: number): string {
  return `event-${number}`;
}
