import { type Line, MAX_LINE_BYTES } from './lines.js';

/**
 * CSV as RFC 4180 has it, with any delimiter, and with LF or CRLF. A record that is broken breaks no other: lines are joined only
 * while a quotation mark is open, and when that leads nowhere, the first line alone is the broken record.
 */

/** One record of a file, or what is wrong with it, and the text that it was read from. */
export type CsvRecord = { line: number; text: string } & ({ cells: string[] } | { problem: string });

/** Reads records, one after the other. It passes over empty lines. */
export async function* readCsv(
  source: AsyncIterable<Line>,
  delimiter: string,
): AsyncGenerator<CsvRecord, void, undefined> {
  const lines = source[Symbol.asyncIterator]();
  /** Lines that were looked at and are read again, the next one last. */
  const returned: Line[] = [];
  const take = async (): Promise<Line | undefined> => {
    const line = returned.pop();
    if (line) return line;
    const next = await lines.next();
    return next.done ? undefined : next.value;
  };
  try {
    for (let first = await take(); first; first = await take()) {
      const place = { line: first.number, text: first.text };
      if (first.problem !== undefined) yield { ...place, problem: first.problem };
      else if (first.text.trim() !== '') {
        const taken: Line[] = [];
        let { text, lineBreak } = first;
        let open = isOdd(text);
        while (open && text.length < MAX_LINE_BYTES) {
          const more = await take();
          if (!more) break;
          taken.push(more);
          if (more.problem !== undefined) break;
          text += lineBreak + more.text;
          ({ lineBreak } = more);
          if (isOdd(more.text)) open = false;
        }
        const read = open
          ? { problem: 'A quotation mark is opened and never closed.' }
          : readCells(text, delimiter);
        if ('cells' in read) yield { line: first.number, text, ...read };
        else {
          returned.push(...taken.reverse());
          yield { ...place, ...read };
        }
      }
    }
  } finally {
    await lines.return?.();
  }
}

/** The cells of one record, or what is wrong with it. */
export function readCells(text: string, delimiter: string): { cells: string[] } | { problem: string } {
  // Most records have no quotation marks.
  if (!text.includes('"')) return { cells: text.split(delimiter) };
  const cells: string[] = [];
  for (let at = 0; ; ) {
    if (text[at] === '"') {
      const { cell, end } = quotedCell(text, at + 1);
      if (end === -1) return { problem: 'A quotation mark is opened and never closed.' };
      cells.push(cell);
      if (end === text.length) return { cells };
      if (text[end] !== delimiter)
        return {
          problem: `After cell ${cells.length}, which is in quotation marks, comes ${JSON.stringify(text[end])}.`,
        };
      at = end + 1;
    } else {
      const end = text.indexOf(delimiter, at);
      const cell = end === -1 ? text.slice(at) : text.slice(at, end);
      if (cell.includes('"'))
        return {
          problem: `Cell ${cells.length + 1} has a quotation mark in it. Put the whole cell in quotation marks, and write each one in it twice.`,
        };
      cells.push(cell);
      if (end === -1) return { cells };
      at = end + 1;
    }
  }
}

/** A cell from behind its first quotation mark, and where it ends; -1 where it does not. */
function quotedCell(text: string, from: number): { cell: string; end: number } {
  let cell = '';
  for (let at = from; ; ) {
    const mark = text.indexOf('"', at);
    if (mark === -1) return { cell, end: -1 };
    cell += text.slice(at, mark);
    if (text[mark + 1] !== '"') return { cell, end: mark + 1 };
    cell += '"';
    at = mark + 2;
  }
}

/** A record as a line. `readCells` reads it back. */
export function csvLine(cells: readonly string[], delimiter = ','): string {
  const special = (cell: string) => cell.includes(delimiter) || /["\r\n]/.test(cell);
  const written = cells.map(cell => (special(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  // A line of blanks would be taken for an empty one.
  if (written.join(delimiter).trim() === '') written[0] = `"${cells[0] ?? ''}"`;
  return `${written.join(delimiter)}\r\n`;
}

/** The delimiters that are looked for, and what they are called. */
export const DELIMITERS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' } as const;

/** The delimiter that the first line of a file says by itself, as spreadsheets write it: `sep=;`. */
export function declaredDelimiter(line: string): string | undefined {
  return /^"?sep=([^"\r\n])"?$/i.exec(line)?.[1];
}

/** What most likely stands between the cells of a header: what makes one of them `id`, or else what is there most often. */
export function delimiterOf(header: string): string {
  const outside = header.replace(/"[^"]*"/g, text => (/^"\s*id\s*"$/i.test(text) ? 'id' : ''));
  const found = Object.keys(DELIMITERS)
    .map(delimiter => ({ delimiter, cells: outside.split(delimiter) }))
    .filter(({ cells }) => cells.length > 1)
    .sort((one, other) => other.cells.length - one.cells.length);
  const withId = found.find(({ cells }) => cells.some(cell => cell.trim().toLowerCase() === 'id'));
  return (withId ?? found[0])?.delimiter ?? ',';
}

function isOdd(text: string): boolean {
  let odd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) odd = !odd;
  return odd;
}
