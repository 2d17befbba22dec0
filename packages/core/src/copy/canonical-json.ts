/** A string, passed over, or a number. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** What most JSON of a directory is. */
const EMPTY = /^(\{\}|\[\]|null|true|false)$/;

/**
 * One text for all JSON texts that mean the same: names sorted, no spaces, numbers by their exact value, so that
 * `1e2`, `100` and `100.0` are one and `9007199254740993` is not `9007199254740992`. It is for comparing only: a number
 * stands in it as text.
 * @throws SyntaxError for what is no JSON.
 */
export function canonicalJson(text: string): string {
  if (EMPTY.test(text)) return text;
  const marked = text.replace(TOKENS, token =>
    token.startsWith('"') ? `"s${token.slice(1)}` : `"n${exactNumber(token)}"`,
  );
  return sortedText(JSON.parse(marked));
}

/** Written out by hand: an object put together anew would lose a name such as `__proto__`. */
function sortedText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sortedText).join(',')}]`;
  const names = Object.keys(value).sort();
  const parts = names.map(
    name => `${JSON.stringify(name)}:${sortedText((value as Record<string, unknown>)[name])}`,
  );
  return `{${parts.join(',')}}`;
}

/** A number as its significant digits and the power of ten behind them. */
function exactNumber(token: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  const significant = digits.slice(0, end);
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - end);
  return `${sign}${significant}e${power}`;
}
