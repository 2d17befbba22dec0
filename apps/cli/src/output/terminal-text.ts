/** Control characters, which can move the cursor or hide text, and those that change the direction of writing. */
const UNSAFE = /[\p{Cc}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu;

/** Makes a text of unknown origin safe to print on a terminal: it stays on one line and cannot steer the terminal. */
export function terminalText(text: string): string {
  return text.replace(UNSAFE, '\u{fffd}');
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u{3000}-\u{303f}\u{ff01}-\u{ff60}]/u;

/** How many columns a text takes on a terminal: two for East Asian characters and emoji, none for combining marks. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (WIDE.test(character)) columns += 2;
    else if (!/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) columns += 1;
  }
  return columns;
}

/** Makes a table: each column is as wide as its widest cell. */
export function alignCells(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, columnsOf(cell));
    });
  }
  return rows.map(row =>
    row
      .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - columnsOf(cell)))
      .join('  ')
      .trimEnd(),
  );
}

/** A count with commas between thousands. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** A count with its noun: `1 user`, `1,200 users`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A duration as a clock shows it: `0:07`, `12:40`, `1:02:03`. */
export function formatClock(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${pad(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)}`;
}
