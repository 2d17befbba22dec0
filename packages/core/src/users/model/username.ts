/**
 * The form of a name that decides whether two names are the same username (SPEC section 3): NFKC, everything that is no
 * letter, mark or number removed, lower-cased, so that "John Doe" and "john.doe" are one. Where nothing would be left
 * ("!!!"), the trimmed text stands for itself.
 */
export function normaliseUsername(name: string): string {
  const composed = name.normalize('NFKC');
  const kept = composed.replace(/[^\p{L}\p{M}\p{N}]+/gu, '').toLowerCase();
  return kept === '' ? composed.trim().toLowerCase() : kept;
}
