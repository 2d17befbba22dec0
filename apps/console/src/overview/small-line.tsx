import { linePoints } from './line-points.js';
import classes from './small-line.module.css';

const BOX = { width: 200, height: 32 };

/** A small line behind a number. Those who do not see it read what it shows. */
export function SmallLine({ values, label }: { values: readonly number[]; label: string }) {
  const points = linePoints(values, BOX);
  if (points === '') return <div className={classes.line} />;
  const highest = Math.max(...values).toLocaleString('en');
  return (
    <svg
      className={classes.line}
      viewBox={`0 -1 ${BOX.width} ${BOX.height + 2}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}: ${highest} at most, ${values.at(-1)?.toLocaleString('en')} at last`}
    >
      <polygon className={classes.ground} points={`0,${BOX.height} ${points} ${BOX.width},${BOX.height}`} />
      <polyline className={classes.stroke} points={points} />
    </svg>
  );
}
