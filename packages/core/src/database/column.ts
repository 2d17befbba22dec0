/** One column. Times are `integer`: epoch milliseconds. */
export interface Column {
  name: string;
  kind: 'text' | 'integer' | 'boolean' | 'json';
  nullable?: true;
  primary?: true;
}

/** A table's name and columns. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly Column[];
}
