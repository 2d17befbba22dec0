/** How other libraries call it. A name that is one letter away needs no row. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  exp: 'expires_in',
  expires: 'expires_in',
  expiry: 'expires_in',
  ttl: 'expires_in',
  until: 'expires_at',
  take: 'limit',
  size: 'limit',
  count: 'limit',
  pagesize: 'limit',
  perpage: 'limit',
  skip: 'offset',
  cursor: 'next',
  after: 'next',
  baseurl: 'url',
  host: 'url',
  endpoint: 'url',
  apisecret: 'secret',
  since: 'lastEventId',
  abortsignal: 'signal',
  harddelete: 'hard',
  parallel: 'concurrency',
};

/** The name of these that somebody meant who wrote another one; undefined if none is near. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const plain = plainly(given);
  const elsewhere = ELSEWHERE[plain];
  const same = names.find(name => plainly(name) === plain);
  if (same !== undefined) return same;
  if (elsewhere !== undefined && names.includes(elsewhere)) return elsewhere;
  let nearest: string | undefined;
  // A third of the letters may be wrong.
  let least = Math.ceil(plain.length / 3) + 1;
  for (const name of names) {
    const distance = editDistance(plain, plainly(name));
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** Without what styles of spelling differ in. */
function plainly(name: string): string {
  return name.toLowerCase().replace(/[_\-\s]/g, '');
}

/** How many letters have to be put in, taken out or replaced, to make one text of another. */
function editDistance(one: string, other: string): number {
  // What is much longer is never near, and this takes time of both lengths.
  if (Math.abs(one.length - other.length) > 8) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
