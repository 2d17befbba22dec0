/** Values by the names of the factors; a factor that is left out has the value "none". */
type Combination = object;

/**
 * A small selection of combinations in which each pair of values of two factors occurs that occurs in any of them: most
 * faults that need a combination need two values. It is found greedily and is the same every time.
 * @param turn another number gives another selection, so that several of them see more than one.
 */
export function pairwise<Of extends Combination>(combinations: readonly Of[], turn = 0): Of[] {
  const begin = Math.floor((turn * combinations.length) / 3) % (combinations.length || 1);
  const candidates = [...combinations.slice(begin), ...combinations.slice(0, begin)];
  const factors = [...new Set(candidates.flatMap(one => Object.keys(one)))];
  const missing = new Set(candidates.flatMap(one => pairsOf(one, factors)));
  const selection: Of[] = [];
  while (missing.size > 0) {
    const gains = candidates.map(one => pairsOf(one, factors).filter(pair => missing.has(pair)));
    const most = Math.max(...gains.map(({ length }) => length));
    const best = gains.findIndex(({ length }) => length === most);
    selection.push(candidates[best] as Of);
    for (const pair of gains[best] ?? []) missing.delete(pair);
  }
  return selection;
}

/** Every pair of two factors' values in a combination, as a text. */
export function pairsOf(combination: Combination, factors: readonly string[]): string[] {
  const values = factors.map(factor => `${factor}: ${String(combination[factor as keyof Combination])}`);
  return values.flatMap((one, index) => values.slice(index + 1).map(other => `${one}, ${other}`));
}
