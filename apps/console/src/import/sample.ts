import { queryOptions } from '@tanstack/react-query';
import { type FileFormat, type FileRow, MOST_COLUMNS, openFile } from './import-file.js';

/** The beginning of a file, and what it calls things there. */
export interface Sample {
  format: FileFormat;
  names: string[];
  rows: FileRow[];
}

/** So many rows say what names the objects of a file have. */
const ROWS = 100;

/** @throws FileProblem */
export async function readSample(file: Blob, delimiter?: string): Promise<Sample> {
  const opened = await openFile(file, { delimiter });
  const rows: FileRow[] = [];
  for await (const row of opened.rows) if (rows.push(row) >= ROWS) break;
  const { rows: _rows, ...format } = opened;
  if (format.format === 'csv') return { format, names: format.names, rows };
  const names = new Set(rows.flatMap(row => ('object' in row ? Object.keys(row.object) : [])));
  // What more there is goes where its name says.
  return { format, names: [...names].slice(0, MOST_COLUMNS), rows };
}

/** What the first rows have under a name, as the file has it. */
export function firstValues({ names, rows }: Sample, name: string, most = 3): string[] {
  const at = names.indexOf(name);
  const values = rows.flatMap(row => {
    if ('cells' in row) return row.cells[at] ?? [];
    const value = 'object' in row && Object.hasOwn(row.object, name) ? row.object[name] : undefined;
    return value === undefined ? [] : typeof value === 'string' ? value : JSON.stringify(value);
  });
  return [...new Set(values.filter(Boolean))].slice(0, most);
}

/** The beginning of a file, as it is read with a delimiter. A file that has changed on the disk is another one. */
export function sampleQuery(file: File, delimiter: string | undefined) {
  return queryOptions({
    queryKey: ['import', file.name, file.size, file.lastModified, delimiter],
    queryFn: () => readSample(file, delimiter),
    staleTime: 'static',
    gcTime: 0,
  });
}
