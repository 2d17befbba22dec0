import { sortedJson } from '../json/sorted-json.js';

/** A string, so that numbers within it are skipped, or a number. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Most JSON of a directory is one of these. */
const EMPTY = /^(\{\}|\[\]|null|true|false)$/;

/**
 * One text for all JSON texts that mean the same: names sorted, no spaces, numbers by their exact value. So `1e2`, `100`
 * and `100.0` are the same, and `9007199254740993` is not `9007199254740992`. The text is only for comparisons: numbers
 * are written in it as strings.
 * @throws SyntaxError for a text that is not JSON.
 */
export function canonicalJson(text: string): string {
  if (EMPTY.test(text)) return text;
  const marked = text.replace(TOKENS, token =>
    token.startsWith('"') ? `"s${token.slice(1)}` : `"n${exactNumber(token)}"`,
  );
  return sortedJson(JSON.parse(marked));
}

/** A number as its significant digits and the power of ten after them. */
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
