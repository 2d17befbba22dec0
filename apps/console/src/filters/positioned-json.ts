import type { JsonValue } from '@rollcall/client/server';
import { numberProblem } from '../import/held-numbers.js';

/** A place in a text, from the first character to behind the last. */
export interface Span {
  from: number;
  to: number;
}

/** What is wrong with a text, and where. */
export interface TextProblem extends Span {
  message: string;
}

/** JSON, and where its keys stand, by path: `/role`, `/age/$gte`, `/$and/0/name`. */
export interface PositionedJson {
  value: JsonValue;
  keys: Map<string, Span>;
}

/** Reads JSON and remembers where everything stands. What is no JSON is a problem with its place. */
export function parsePositioned(text: string): PositionedJson | TextProblem {
  const reader = new Reader(text);
  try {
    const value = reader.value('');
    reader.end();
    return { value, keys: reader.keys };
  } catch (error) {
    if (error instanceof Stop) return error.problem;
    throw error;
  }
}

class Stop extends Error {
  constructor(readonly problem: TextProblem) {
    super(problem.message);
  }
}

/** Deeper than any filter and any custom data may be. */
const MOST_DEEP = 100;

const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
const STRING = /"(?:[^"\\\n]|\\.)*"/y;

class Reader {
  readonly keys = new Map<string, Span>();
  #at = 0;
  #depth = 0;

  constructor(readonly text: string) {}

  value(path: string): JsonValue {
    this.#space();
    const from = this.#at;
    const first = this.text[from];
    if (first === '{' || first === '[') {
      if (this.#depth === MOST_DEEP) this.#stop(`This is nested deeper than ${MOST_DEEP} times.`);
      this.#depth += 1;
      const value = first === '{' ? this.#object(path) : this.#list(path);
      this.#depth -= 1;
      return value;
    }
    if (first === '"') return this.#string('this text');
    const scalar = this.#match(SCALAR);
    if (scalar !== undefined) {
      const problem = numberProblem(scalar);
      // Another number would be stored, or looked for, without a word.
      if (problem) throw new Stop({ from, to: this.#at, message: `T${problem.slice(1)}.` });
      return JSON.parse(scalar) as JsonValue;
    }
    const word = /^[^\s,:{}[\]"]+/.exec(this.text.slice(from))?.[0];
    if (word === undefined) return this.#stop('A value is missing here.');
    return this.#stop(`${word} is no value. A text stands in double quotes: "${word}".`, word.length);
  }

  end(): void {
    this.#space();
    if (this.#at < this.text.length) this.#stop('The filter ends before this.', this.text.length - this.#at);
  }

  #object(path: string): JsonValue {
    const value: Record<string, JsonValue> = {};
    const names = new Set<string>();
    this.#at += 1;
    for (let first = true; !this.#takes('}'); first = false) {
      if (!first) this.#needs(',', 'A comma or } is missing here.');
      this.#space();
      const from = this.#at;
      if (this.text[from] !== '"') this.#stop('A name in double quotes is missing here.');
      const key = this.#string('this name');
      const at = `${path}/${key}`;
      const span = { from, to: this.#at };
      if (names.has(key)) throw new Stop({ ...span, message: `"${key}" is here twice.` });
      names.add(key);
      this.keys.set(at, span);
      this.#needs(':', 'A colon is missing after the name.');
      Object.defineProperty(value, key, {
        value: this.value(at),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return value;
  }

  #list(path: string): JsonValue {
    const value: JsonValue[] = [];
    this.#at += 1;
    while (!this.#takes(']')) {
      if (value.length > 0) this.#needs(',', 'A comma or ] is missing here.');
      value.push(this.value(`${path}/${value.length}`));
    }
    return value;
  }

  #string(what: string): string {
    const from = this.#at;
    const text = this.#match(STRING);
    if (text === undefined) return this.#stop(`The quote that ends ${what} is missing.`, this.#lineLeft());
    try {
      return JSON.parse(text) as string;
    } catch {
      throw new Stop({ from, to: this.#at, message: `${text} has a backslash that means nothing.` });
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #takes(character: string): boolean {
    this.#space();
    if (this.text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #needs(character: string, message: string): void {
    if (!this.#takes(character)) this.#stop(message);
  }

  #space(): void {
    while (/\s/.test(this.text[this.#at] ?? '')) this.#at += 1;
  }

  #lineLeft(): number {
    const end = this.text.indexOf('\n', this.#at);
    return (end === -1 ? this.text.length : end) - this.#at;
  }

  #stop(message: string, length = 1): never {
    throw new Stop({ from: this.#at, to: this.#at + Math.max(1, length), message });
  }
}
