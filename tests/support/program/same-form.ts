import { EVE } from './program-world.js';

/** When one step ran: epoch milliseconds, both ends included. */
export interface StepTimes {
  from: number;
  to: number;
}

/** JSON, as it was answered. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const GENERATED =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|delete-user-[0-9a-f]{16}|msg_[\w-]{22}/g;

/** What is opaque, or hangs on how fast the machine is. Of all of these it counts only that they are there. */
const OPAQUE = new Set([
  'next',
  'token',
  'secret',
  'url',
  'last_active',
  'avg_response_time',
  'duration_ms',
  'stack',
  // Of a webhook: how far a process has read for it by then.
  'position',
]);

/**
 * Brings what one set-up answered into the form that it has on every set-up: a time says during which step it was, a
 * generated id which one it is in the order of appearance, a position how far it is in the log.
 */
export class SameForm {
  readonly #times: readonly StepTimes[];
  readonly #epoch: string;
  readonly #ids = new Map<string, string>();

  /** @param times of all steps, in order. @param epoch of the log. */
  constructor(times: readonly StepTimes[], epoch: string) {
    this.#times = times;
    this.#epoch = epoch;
  }

  /** The same value in the form that is alike everywhere; names in order. */
  of(value: Json): Json {
    if (typeof value === 'number') return this.#number(value);
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((one: Json) => this.of(one));
    const object = value as { readonly [name: string]: Json };
    const names = Object.keys(object).sort();
    return Object.fromEntries(names.map(name => [this.#text(name), this.#field(object, name)]));
  }

  #field(object: { readonly [name: string]: Json }, name: string): Json {
    if (OPAQUE.has(name) && object[name] !== null) return `<${name}>`;
    // She comes back whenever a change of rights has closed her connection.
    if (name === 'online' && object.id === EVE) return '<online>';
    return this.of(object[name] as Json);
  }

  #number(value: number): Json {
    const [first, last] = [this.#times[0] as StepTimes, this.#times.at(-1) as StepTimes];
    if (!Number.isInteger(value) || Math.abs(value - first.from) > 10 * YEAR_MS) return value;
    if (value < first.from) return '<before>';
    if (value > last.to) return '<later>';
    const step = this.#times.findIndex(({ to }) => value <= to);
    return value >= (this.#times[step] as StepTimes).from ? `<during step ${step}>` : `<before step ${step}>`;
  }

  #text(text: string): string {
    return text.replaceAll(`${this.#epoch}.`, '<epoch>.').replace(GENERATED, id => {
      const known = this.#ids.get(id) ?? `<id ${this.#ids.size + 1}>`;
      this.#ids.set(id, known);
      return known;
    });
  }
}
