/**
 * Checks a string for what cannot be stored: NUL, which PostgreSQL cannot store, and half of a surrogate pair, which
 * UTF-8 cannot write. Both would come back changed, so both are refused.
 * @returns what is wrong with the text, or undefined if it is valid.
 */
export function textProblem(text: string): string | undefined {
  if (text.includes('\u0000')) return 'must not contain the character NUL (U+0000)';
  if (!text.isWellFormed()) return 'must be well-formed Unicode (it contains half of a surrogate pair)';
  return undefined;
}

/**
 * Whether nobody can see anything of a text: it is empty, or all white space, control and format characters and those
 * that Unicode says are shown as nothing (zero-width spaces, fillers, variation selectors). U+2800 is a blank pattern.
 */
export function isInvisible(text: string): boolean {
  return /^[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}\p{Cf}\u2800]*$/u.test(text);
}

/** Whether a text holds nothing but ASCII, as most names and ids do: then much of what folds a text has nothing to do. */
function isAscii(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text);
}

/**
 * Letters that look like others with a stroke, or like two in one, and that Unicode does not take apart. People who lack the
 * key type the plain ones.
 */
const PLAIN_LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  'ł=l đ=d ð=d ø=o ħ=h ŧ=t ƀ=b ȼ=c ɇ=e ǥ=g ɨ=i ı=i ɉ=j ɍ=r ʉ=u ɏ=y ƶ=z ⱥ=a ⱦ=t æ=ae œ=oe þ=th'
    .split(' ')
    .map(pair => pair.split('=')),
);
const WITHOUT_PLAIN = /[łđðøħŧƀȼɇǥɨıɉɍʉɏƶⱥⱦæœþ]/g;

/**
 * Folds a text for searching: removes case, accents and strokes. NFKD first unifies compatibility forms, so that "fi" finds
 * "ﬁ".
 * Going through upper case makes "ß" equal to "SS". A final sigma is unified because it depends on where a word ends,
 * and a prefix ends earlier.
 */
function fold(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replaceAll('ς', 'σ')
    .replace(WITHOUT_PLAIN, letter => PLAIN_LETTERS[letter] ?? letter);
}

/** What people write between two letters of one word: "O'Connor", "D’Arcy". */
const APOSTROPHES = /(?<=[\p{L}\p{M}\p{N}])['’ʼ‘‛`´＇′ʹ](?=[\p{L}\p{N}])/gu;

/** Characters of scripts that are written without spaces, where nothing shows where a word begins. */
const WITHOUT_SPACES =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/gu;

/**
 * The words that the value of `$autocomplete` asks for: runs of letters and numbers, folded, without apostrophes. Within a
 * word, spaces set the characters apart that each begin one (`searchText` does the same).
 */
export function searchWords(text: string): string[] {
  const words = fold(text.replace(APOSTROPHES, '')).match(/[\p{L}\p{N}]+/gu) ?? [];
  if (isAscii(text)) return words;
  return words.map(word => word.replace(WITHOUT_SPACES, ' $& ').replace(/ +/g, ' ').trim());
}

/**
 * The text in which `$autocomplete` looks for a word: a space and then the word, so that it finds all that begin with it.
 * What an apostrophe sets apart is there as one word and as two.
 */
export function searchText(text: string): string {
  const apart = text.replace(APOSTROPHES, ' ');
  const words = apart === text ? searchWords(text) : [...searchWords(text), ...searchWords(apart)];
  return words.map(word => ` ${word}`).join('');
}
