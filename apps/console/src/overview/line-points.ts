/**
 * The points of a small line, `x,y` each, from zero at the bottom to the highest value at the top. Fewer than two values are no
 * line.
 */
export function linePoints(
  values: readonly number[],
  { width, height }: { width: number; height: number },
): string {
  if (values.length < 2) return '';
  const top = Math.max(...values, 0) || 1;
  const step = width / (values.length - 1);
  return values
    .map((value, index) => `${short(index * step)},${short(height - (value / top) * height)}`)
    .join(' ');
}

function short(coordinate: number): number {
  return Math.round(coordinate * 100) / 100;
}
