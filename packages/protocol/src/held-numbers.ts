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
  // What JavaScript writes itself is what it reads again, however large.
  if (String(value) === written || BigInt(written) === BigInt(value)) return undefined;
  return `the number ${shortened(written)} has more digits than a number keeps; write it as text, in quotation marks`;
}

const MAX_SHOWN = 40;

function shortened(written: string): string {
  return written.length > MAX_SHOWN ? `${written.slice(0, MAX_SHOWN)}…` : written;
}

/** Sixteen digits in a row, or an exponent of three digits: without one of them every number is held. */
const SUSPICIOUS = /\d{16}|\d[eE]\+?0*\d{3}/;

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** The first number in a JSON text that cannot be held, with its dotted path. The text must be JSON. It is read once, in order. */
export function unheldNumber(json: string): { field: string; message: string } | undefined {
  if (!SUSPICIOUS.test(json)) return undefined;
  /** The name or place of the present value in each object or list around it. */
  const path: (string | number)[] = [];
  let lastText = '';
  for (let at = 0; at < json.length; at++) {
    const char = json[at] as string;
    const last = path.length - 1;
    const place = path[last];
    if (char === '{') path.push('');
    else if (char === '[') path.push(0);
    else if (char === '}' || char === ']') path.pop();
    else if (char === ':') path[last] = JSON.parse(lastText) as string;
    else if (char === ',' && typeof place === 'number') path[last] = place + 1;
    else if (char === '"') {
      const end = endOfText(json, at);
      lastText = json.slice(at, end + 1);
      at = end;
    } else if (char === '-' || (char >= '0' && char <= '9')) {
      NUMBER.lastIndex = at;
      const [written = char] = NUMBER.exec(json) ?? [];
      const message = numberProblem(written);
      if (message !== undefined) return { field: path.join('.'), message };
      at += written.length - 1;
    }
  }
  return undefined;
}

/** Where the text that begins at a quotation mark ends. A pattern for it would need as much room as the text is long. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let before = end - 1;
    while (json[before] === '\\') before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
  return json.length;
}
