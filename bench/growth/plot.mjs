/**
 * A plot as SVG, both axes logarithmic: what costs the same for each user or listener is a straight line, and what bends
 * upward costs more for each the more there are. Its colours are readable on a light page and on a dark one.
 */
const WIDTH = 800;
const HEIGHT = 400;
const EDGE = { left: 76, right: 330, top: 44, bottom: 48 };

/** Each has a contrast of 3 or more to a white page and to a dark one, and so has the grey of the text. */
const COLOURS = ['#2f81f7', '#c2701a', '#2da44e', '#d1435b', '#8a63d2', '#1b8a9c', '#8f7d14', '#b0529c'];
const DASHES = ['', '7 3', '2 3', '9 3 2 3'];

/** Markdown's marks of code mean nothing here. */
const escaped = text => text.replaceAll('`', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/**
 * @param plot.title what is plotted.
 * @param plot.x, plot.y what the axes count.
 * @param plot.series by name, points of x and y.
 */
export function svgPlot({ title, x, y, series }) {
  const points = Object.values(series).flat();
  const across = axis(
    points.map(point => point[0]),
    EDGE.left,
    WIDTH - EDGE.right,
  );
  const up = axis(
    points.map(point => point[1]),
    HEIGHT - EDGE.bottom,
    EDGE.top,
  );
  const names = Object.keys(series);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #768390; }
  .title { font-size: 15px; font-weight: 600; }
  .grid { stroke: #8c959f; stroke-opacity: 0.35; }
</style>
<text class="title" x="${EDGE.left}" y="22">${escaped(title)}</text>
${across.ticks.map(tick => xTick(tick, across.place(tick))).join('\n')}
${up.ticks.map(tick => yTick(tick, up.place(tick))).join('\n')}
<text x="${(EDGE.left + WIDTH - EDGE.right) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escaped(x)}</text>
<text x="16" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 ${HEIGHT / 2})">${escaped(y)}</text>
${names.map((name, index) => curve(name, index, series[name], { across, up })).join('\n')}
</svg>
`;
}

/** A logarithmic axis from `from` to `to`, in whole powers of ten. */
function axis(values, from, to) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const place = value => Math.round(from + ((Math.log10(value) - low) / (high - low)) * (to - from));
  return { place, ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)) };
}

const shownTick = tick =>
  tick >= 1 ? Math.round(tick).toLocaleString('en') : String(Number(tick.toPrecision(1)));

function xTick(tick, place) {
  return `<line class="grid" x1="${place}" y1="${EDGE.top}" x2="${place}" y2="${HEIGHT - EDGE.bottom}"/><text x="${place}" y="${HEIGHT - EDGE.bottom + 18}" text-anchor="middle">${shownTick(tick)}</text>`;
}

function yTick(tick, place) {
  return `<line class="grid" x1="${EDGE.left}" y1="${place}" x2="${WIDTH - EDGE.right}" y2="${place}"/><text x="${EDGE.left - 8}" y="${place + 4}" text-anchor="end">${shownTick(tick)}</text>`;
}

function curve(name, index, points, { across, up }) {
  const colour = COLOURS[index % COLOURS.length];
  const dash = DASHES[index % DASHES.length];
  const placed = points.map(([x, y]) => [across.place(x), up.place(y)]);
  const dots = placed.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${colour}"/>`).join('');
  const line = `<polyline points="${placed.map(point => point.join(',')).join(' ')}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`;
  const row = EDGE.top + 8 + index * 20;
  const left = WIDTH - EDGE.right + 16;
  const key = `<line x1="${left}" y1="${row - 4}" x2="${left + 26}" y2="${row - 4}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`;
  return `${line}${dots}${key}<text x="${left + 34}" y="${row}">${escaped(name)}</text>`;
}
