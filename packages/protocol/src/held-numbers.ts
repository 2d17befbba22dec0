/**
 * Numbers that a program cannot hold: too large, or whole and of more digits than are kept. JSON.parse makes `null` or
 * another number of them without a word.
 */

/**
 * Reads JSON.
 * @throws SyntaxError for what is not JSON, and RangeError for a number that cannot be held; its message says which.
 */
export function parseHeldJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const unheld = unheldNumber(text);
  if (!unheld) return value;
  throw new RangeError(unheld.field === '' ? unheld.message : `${unheld.field}: ${unheld.message}`);
}

/** What is wrong with a number as it is written; undefined when it is held as it is. */
export function numberProblem(written: string): string | undefined {
  const value = Number(written);
  if (!Number.isFinite(value)) return `the number ${shortened(written)} is larger than a number can be`;
  if (!/^-?\d+$/.test(written) || Number.isSafeInteger(value)) return undefined;
  if (BigInt(written) === BigInt(value)) return undefined;
  return `the number ${shortened(written)} has more digits than a number keeps; write it as text, in quotation marks`;
}

const MAX_SHOWN = 40;

function shortened(written: string): string {
  return written.length > MAX_SHOWN ? `${written.slice(0, MAX_SHOWN)}…` : written;
}

/** Sixteen digits in a row, or an exponent of three digits: without one of them every number is held. */
const SUSPICIOUS = /\d{16}|\d[eE]\+?0*\d{3}/;

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[[\]{},:]/gs;

/** The first number in a JSON text that cannot be held, with its dotted path. The text must be JSON. */
export function unheldNumber(json: string): { field: string; message: string } | undefined {
  if (!SUSPICIOUS.test(json)) return undefined;
  /** The name or place of the present value in each object or list around it. */
  const path: (string | number)[] = [];
  let lastText = '';
  for (const [token] of json.matchAll(TOKEN)) {
    const last = path.length - 1;
    const place = path[last];
    if (token === '{') path.push('');
    else if (token === '[') path.push(0);
    else if (token === '}' || token === ']') path.pop();
    else if (token === ':') path[last] = JSON.parse(lastText) as string;
    else if (token === ',' && typeof place === 'number') path[last] = place + 1;
    else if (token.startsWith('"')) lastText = token;
    else if (token !== ',') {
      const message = numberProblem(token);
      if (message !== undefined) return { field: path.join('.'), message };
    }
  }
  return undefined;
}
