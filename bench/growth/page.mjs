/** The page of how cost grows: each plot, its figures, and a sentence for each curve on why it is as it is. */
import { shown } from '../stage/numbers.mjs';

/** @param plots with what `svgPlot` takes, and the sentence of each curve. */
export function growthPage(plots, { quick, rounds, machine, tookSeconds }) {
  return `# How cost grows

What each thing costs with more users, and with more listeners. Both axes of a plot are logarithmic: what costs the same
for each user is a straight line that climbs, what does not depend on their number is flat. A curve that bends upward would
be a defect.

\`npm run bench -- growth${quick ? ' --quick' : ''}\` has measured and written all of this, the page too, on ${new Date().toISOString().slice(0, 10)} in ${tookSeconds} s, ${rounds === 1 ? 'one round' : `${rounds} rounds`}
each. ${machine()}

${plots.map(section).join('\n')}`;
}

function section({ name, title, x, y, series, whys }) {
  const counts = Object.values(series)[0].map(([count]) => count);
  const rows = Object.entries(series).map(
    ([curve, points]) => `| ${curve} | ${points.map(point => shown(point[1])).join(' | ')} |`,
  );
  return `## ${title}

![${title}](images/${name}.svg)

| ${y} | ${counts.map(count => `${count.toLocaleString('en')} ${x}`).join(' | ')} |
|---|${counts.map(() => '---:|').join('')}
${rows.join('\n')}

${Object.entries(whys)
  .map(([curve, why]) => `- **${curve}.** ${why}`)
  .join('\n')}
`;
}
