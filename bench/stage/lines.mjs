/**
 * The lines of the table. A line says what was measured, what the limit beside it was, the ratio, the bar and whether it is
 * met. `least` is a bar for what should be large, `most` for what should be small.
 */
import { shown } from './numbers.mjs';

/**
 * @param line.work what was measured.
 * @param line.ours the figure, in `unit`.
 * @param line.limit the figure of the limit in the same run, if there is one.
 * @param line.limitIs what the limit is.
 * @param line.judged the number that the bar is about; default the ratio.
 * @param line.least, line.most the bar; `judgedUnit` is what the bar counts in, default `×`.
 * @param line.stretch what would be splendid, as text.
 * @param line.why what stands in the way of the bar, as a profile has shown it. It is said where the bar is not met.
 */
export function tableLine(line) {
  const { ours, limit, least, most } = line;
  const ratio = line.ratio ?? (limit === undefined ? undefined : ours / limit);
  const judged = line.judged ?? ratio ?? ours;
  const judgedUnit = line.judgedUnit ?? (line.judged === undefined && ratio !== undefined ? '×' : line.unit);
  const bar = least === undefined ? most && `≤ ${shown(most)}` : `≥ ${shown(least)}`;
  const isMet = least === undefined ? (most === undefined ? undefined : judged <= most) : judged >= least;
  return { ...line, ratio, bar: bar && `${bar} ${judgedUnit}`, isMet };
}

/** A line as text, for the terminal. */
export function lineText({ work, ours, unit, limit, ratio, bar, isMet, note }) {
  const against = limit === undefined ? '' : `, limit ${shown(limit)} ${unit}`;
  const compared = ratio === undefined ? '' : `, ${shown(ratio)} ×`;
  const met = isMet === undefined ? '' : isMet ? '  met' : '  NOT MET';
  return `${work}: ${shown(ours)} ${unit}${against}${compared}${bar ? `  (bar ${bar})` : ''}${met}${note ? `  [${note}]` : ''}`;
}
