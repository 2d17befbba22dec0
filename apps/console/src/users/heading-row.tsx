import type { Column } from './columns.js';
import classes from './heading-row.module.css';

interface HeadingRowProps {
  columns: Column[];
  template: string;
  minWidth: number | undefined;
  sort: string | undefined;
  allSelected: boolean;
  onSort(sort: string | undefined): void;
  onToggleAll(): void;
}

/** The headings. A click sorts: first one way, then the other, then as the server has it. */
export function HeadingRow(props: HeadingRowProps) {
  const { columns, sort, onSort } = props;
  const field = sort?.replace(/^-/, '');
  const sorted = sort?.startsWith('-') ? 'descending' : 'ascending';
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: The rows below have the focus.
    // biome-ignore lint/a11y/useSemanticElements: A table cannot hold rows that are placed by themselves.
    <div
      role="row"
      aria-rowindex={1}
      className={classes.headings}
      style={{ gridTemplateColumns: props.template, minWidth: props.minWidth }}
    >
      {/* biome-ignore lint/a11y/useFocusableInteractive: What is in it has the focus. */}
      {/* biome-ignore lint/a11y/useSemanticElements: As above. */}
      <span role="columnheader" className={classes.heading}>
        <input
          type="checkbox"
          aria-label="Select the rows that are shown"
          checked={props.allSelected}
          onChange={props.onToggleAll}
        />
      </span>
      {columns.map(column => (
        // biome-ignore lint/a11y/useFocusableInteractive: What is in it has the focus.
        // biome-ignore lint/a11y/useSemanticElements: As above.
        <span
          key={column.key}
          role="columnheader"
          aria-sort={column.sort === undefined ? undefined : field === column.sort ? sorted : 'none'}
          className={classes.heading}
        >
          {column.sort === undefined ? (
            column.heading
          ) : (
            <button type="button" onClick={() => onSort(nextSort(column.sort, sort))}>
              {column.heading}
              {field === column.sort && <span aria-hidden>{sorted === 'ascending' ? ' ↑' : ' ↓'}</span>}
            </button>
          )}
        </span>
      ))}
    </div>
  );
}

function nextSort(field: string | undefined, sort: string | undefined): string | undefined {
  if (sort === field) return `-${field}`;
  return sort === `-${field}` ? undefined : field;
}
