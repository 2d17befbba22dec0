/** One line of `/metrics`. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** What a process answered when it was scraped. */
export interface Scrape {
  /** Seconds. */
  at: number;
  samples: readonly Sample[];
}

/** Reads the text of `/metrics`. */
export function samplesOf(text: string): Sample[] {
  return text
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [
        label,
        text,
      ]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value.replace('Inf', 'Infinity')) };
    });
}

type Series = Omit<Sample, 'name'>;

const TOKENS = /\s*(>=|<=|==|!=|[<>(){},*/+-]|=|\[\d+[smh]\]|"[^"]*"|[\d.]+|\w+)/y;

/**
 * What an alert expression gives: the series for which it holds. It knows the part of PromQL that our rules use, as Prometheus
 * means it: selectors with `=`, `rate` and `increase` from the first scrape to the last, `sum`, `histogram_quantile`, the four
 * operations between series with the same labels, and one comparison. It throws for everything else.
 */
export function evaluate(expression: string, scrapes: readonly Scrape[]): Series[] {
  const tokens: string[] = [];
  for (TOKENS.lastIndex = 0; TOKENS.lastIndex < expression.trimEnd().length; ) {
    const token = TOKENS.exec(expression)?.[1];
    if (token === undefined) throw new Error(`this is not understood: ${expression}`);
    tokens.push(token);
  }
  const parser = new Parser(tokens, scrapes);
  const value = parser.comparison();
  if (!parser.isAtEnd) throw new Error(`this has more than is understood: ${expression}`);
  return Array.isArray(value) ? value : [{ labels: {}, value }];
}

type Value = number | Series[];

class Parser {
  readonly #tokens: readonly string[];
  readonly #scrapes: readonly Scrape[];
  #place = 0;

  constructor(tokens: readonly string[], scrapes: readonly Scrape[]) {
    this.#tokens = tokens;
    this.#scrapes = scrapes;
  }

  get isAtEnd(): boolean {
    return this.#place === this.#tokens.length;
  }

  comparison(): Value {
    const left = this.#sum();
    const compare = COMPARISONS[this.#peek() ?? ''];
    if (!compare) return left;
    this.#next();
    const right = this.#sum();
    if (!Array.isArray(left) || Array.isArray(right)) throw new Error('series are compared with a number');
    return left.filter(({ value }) => compare(value, right));
  }

  #sum(): Value {
    let value = this.#product();
    while (this.#peek() === '+' || this.#peek() === '-') value = this.#operate(value, () => this.#product());
    return value;
  }

  #product(): Value {
    let value = this.#term();
    while (this.#peek() === '*' || this.#peek() === '/') value = this.#operate(value, () => this.#term());
    return value;
  }

  #operate(left: Value, readRight: () => Value): Value {
    const operate = OPERATIONS[this.#next()] as (a: number, b: number) => number;
    const right = readRight();
    if (!Array.isArray(left)) {
      if (Array.isArray(right)) return right.map(one => ({ ...one, value: operate(left, one.value) }));
      return operate(left, right);
    }
    return left.flatMap(one => {
      const other = Array.isArray(right)
        ? right.find(({ labels }) => JSON.stringify(labels) === JSON.stringify(one.labels))?.value
        : right;
      return other === undefined ? [] : [{ ...one, value: operate(one.value, other) }];
    });
  }

  #term(): Value {
    const token = this.#next();
    if (/^[\d.]+$/.test(token)) return Number(token);
    if (token === '(') return this.#until(')', () => this.comparison());
    if (token === 'sum') return this.#sumOf();
    if (token === 'rate' || token === 'increase') return this.#change(token);
    if (token === 'histogram_quantile') return this.#quantile();
    if (!/^[a-z_]\w*$/.test(token)) throw new Error(`"${token}" is not understood`);
    return this.#select(token, this.#scrapes.at(-1));
  }

  #sumOf(): Series[] {
    const by: string[] = [];
    if (this.#peek() === 'by') {
      this.#next();
      this.#expect('(');
      while (this.#peek() !== ')')
        if (this.#peek() === ',') this.#next();
        else by.push(this.#next());
      this.#expect(')');
    }
    this.#expect('(');
    const series = this.#until(')', () => this.#sum()) as Series[];
    const sums = new Map<string, Series>();
    for (const { labels, value } of series) {
      const kept = Object.fromEntries(by.map(label => [label, labels[label] ?? '']));
      const key = JSON.stringify(kept);
      sums.set(key, { labels: kept, value: (sums.get(key)?.value ?? 0) + value });
    }
    return [...sums.values()];
  }

  #change(kind: 'rate' | 'increase'): Series[] {
    this.#expect('(');
    const name = this.#next();
    const start = this.#place;
    const [first, last] = [this.#scrapes[0], this.#scrapes.at(-1)];
    const before = this.#select(name, first);
    this.#place = start;
    const after = this.#select(name, last);
    if (!/^\[\d+[smh]\]$/.test(this.#next())) throw new Error(`${kind} needs a range`);
    this.#expect(')');
    const seconds = (last?.at ?? 0) - (first?.at ?? 0);
    // Of a series that was not there before, Prometheus knows no change.
    return after.flatMap(({ labels, value }) => {
      const was = before.find(one => JSON.stringify(one.labels) === JSON.stringify(labels))?.value;
      if (was === undefined) return [];
      return [{ labels, value: kind === 'rate' ? (value - was) / seconds : value - was }];
    });
  }

  #quantile(): Series[] {
    this.#expect('(');
    const quantile = this.#sum() as number;
    this.#expect(',');
    const buckets = this.#until(')', () => this.#sum()) as Series[];
    const sorted = buckets
      .map(({ labels, value }) => ({ upTo: Number((labels.le ?? '').replace('+Inf', 'Infinity')), value }))
      .sort((a, b) => a.upTo - b.upTo);
    const total = sorted.at(-1)?.value ?? 0;
    if (total === 0) return [];
    const place = sorted.findIndex(({ value }) => value >= quantile * total);
    const [below, bucket] = [sorted[place - 1], sorted[place]];
    if (!bucket) return [];
    const from = below?.upTo ?? 0;
    if (bucket.upTo === Number.POSITIVE_INFINITY) return [{ labels: {}, value: from }];
    const share = (quantile * total - (below?.value ?? 0)) / (bucket.value - (below?.value ?? 0));
    return [{ labels: {}, value: from + (bucket.upTo - from) * share }];
  }

  #select(name: string, scrape: Scrape | undefined): Series[] {
    const wanted: [string, string][] = [];
    if (this.#peek() === '{') {
      this.#next();
      while (this.#peek() !== '}') {
        if (this.#peek() === ',') this.#next();
        const label = this.#next();
        this.#expect('=');
        wanted.push([label, this.#next().slice(1, -1)]);
      }
      this.#expect('}');
    }
    return (scrape?.samples ?? [])
      .filter(one => one.name === name && wanted.every(([label, value]) => one.labels[label] === value))
      .map(({ labels, value }) => ({ labels, value }));
  }

  #until(end: string, read: () => Value): Value {
    const value = read();
    this.#expect(end);
    return value;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#place];
  }

  #next(): string {
    const token = this.#tokens[this.#place];
    if (token === undefined) throw new Error('the expression ends too early');
    this.#place += 1;
    return token;
  }

  #expect(token: string): void {
    const found = this.#next();
    if (found !== token) throw new Error(`expected ${token} instead of ${found}`);
  }
}

const COMPARISONS: Record<string, ((a: number, b: number) => boolean) | undefined> = {
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

const OPERATIONS: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};
