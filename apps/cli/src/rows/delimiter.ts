const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The delimiter that the first line of a file says by itself, as spreadsheets write it: `sep=;`. */
export function declaredDelimiter(line: string): string | undefined {
  const [, delimiter] = /^"?sep=([^"\r\n])"?$/i.exec(line.replace(/^\uFEFF/, '')) ?? [];
  return delimiter;
}

/**
 * The character that most likely stands between the cells of a header: the one that makes one of them `id`, or else the
 * one that is there most often.
 * @param usual what it is when none of them is there.
 */
export function delimiterOf(header: string, usual: string): string {
  const outside = header.replace(/"[^"]*"/g, text => (/^"\s*id\s*"$/i.test(text) ? 'id' : ''));
  const found = DELIMITERS.map(delimiter => ({ delimiter, cells: outside.split(delimiter) }))
    .filter(({ cells }) => cells.length > 1)
    .sort((one, other) => other.cells.length - one.cells.length);
  const withId = found.find(({ cells }) => cells.some(cell => cell.trim().toLowerCase() === 'id'));
  return (withId ?? found[0])?.delimiter ?? usual;
}
