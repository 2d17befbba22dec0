/**
 * Whether a path of a folder stays out of an image that is built from it, by the lines of its `.dockerignore`. A line is
 * about the top of the folder unless it begins with two asterisks and a slash, and about all that is in what it names.
 */
export function isLeftOut(lines: readonly string[], path: string): boolean {
  return lines.some(line => patternOf(line).test(path));
}

function patternOf(line: string): RegExp {
  const parts = line.split('**/');
  const escaped = parts.map(part =>
    part
      .split('*')
      .map(text => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^/]*'),
  );
  return new RegExp(`^${escaped.join('(?:.*/)?')}(?:/|$)`);
}
