/** Sixteen digits in a row, or an exponent of three digits: without one of them every number is held. */
const SUSPICIOUS = /\d{16}|[eE]\+?\d{3}/;

const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

/**
 * What is wrong with the first number in a JSON text that a program cannot hold: too large, or whole and of more digits than are
 * kept. `JSON.parse` makes another number of it without a word.
 */
export function numberProblem(json: string): string | undefined {
  if (!SUSPICIOUS.test(json)) return undefined;
  for (const [token] of json.matchAll(TEXT_OR_NUMBER)) {
    const problem = token.startsWith('"') ? undefined : problemOf(token);
    if (problem) return problem;
  }
  return undefined;
}

function problemOf(written: string): string | undefined {
  const value = Number(written);
  const shown = written.length > 40 ? `${written.slice(0, 40)}…` : written;
  if (!Number.isFinite(value)) return `the number ${shown} is larger than a number can be`;
  if (!/^-?\d+$/.test(written)) return undefined;
  // What JavaScript prints itself is what it reads again, however large.
  if (String(value) === written || BigInt(written) === BigInt(value)) return undefined;
  return `the number ${shown} has more digits than a number keeps; write it as text`;
}
