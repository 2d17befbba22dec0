/** Keeps the table of a whole run in `bench/RESULTS.md`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { shown } from './numbers.mjs';

const FILE = fileURLToPath(new URL('../RESULTS.md', import.meta.url));

/** @param lines what `tableLine` made. */
export function writeResults(lines, about) {
  writeFileSync(FILE, resultsText(lines, about));
  console.log(`the table is in bench/RESULTS.md, after ${about.tookSeconds} s`);
}

/** The page as text. */
function resultsText(lines, about) {
  const judged = lines.filter(({ isMet }) => isMet !== undefined);
  const met = judged.filter(({ isMet }) => isMet).length;
  return `# Speed: work beside its limit

\`${commandOf(about)}\`, ${new Date().toISOString().slice(0, 10)}, ${about.tookSeconds} s. ${met} of ${judged.length} bars are met.

${about.machine()}

${about.quick ? 'A quick run: its figures show that everything can be measured, and little more.\n\n' : ''}Work and limit take turns in one run, and each figure is the median of ${about.rounds === 1 ? 'one round' : `${about.rounds} rounds`}. Client, server, database and load
share the cores. The ratio is ours to the limit; where a bar is a time or a rate of our own, it is judged by that. A file in
\`bench/rows\` measures each row, and its first lines say what exactly.

| work | ours | limit beside it | ratio | bar | stretch | met |
|---|---:|---:|---:|---:|---:|:---:|
${lines.map(row).join('\n')}
${reasons(lines)}`;
}

/** What stands in the way of the bars that are not met, as far as the rows know it. */
function reasons(lines) {
  const known = lines.filter(({ isMet, why }) => isMet === false && why);
  if (known.length === 0) return '';
  return `
## What stands in the way

${known.map(({ work, why }) => `- **${work}.** ${why}`).join('\n')}
`;
}

function row({ work, ours, unit, limit, limitIs, ratio, bar, stretch, isMet, note }) {
  const cells = [
    note ? `${work} (${note})` : work,
    `${shown(ours)} ${unit}`,
    limit === undefined ? '' : `${shown(limit)} ${unit}${limitIs ? ` (${limitIs})` : ''}`,
    ratio === undefined ? '' : shown(ratio),
    bar ?? '',
    stretch === undefined ? '' : typeof stretch === 'number' ? `${stretch} ×` : stretch,
    isMet === undefined ? '' : isMet ? 'yes' : 'no',
  ];
  return `| ${cells.join(' | ')} |`;
}

function commandOf({ quick, users, rounds }) {
  const given = [
    quick && '--quick',
    users !== 1_000_000 && `--users ${users}`,
    !quick && rounds !== 3 && `--rounds ${rounds}`,
  ];
  const parts = given.filter(Boolean);
  return `npm run bench${parts.length > 0 ? ` -- ${parts.join(' ')}` : ''}`;
}
