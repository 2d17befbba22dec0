import { type FieldReference, searchText, type User } from '@rollcall/protocol';
import { builtInValue } from './built-in-value.js';
import { FoundValues } from './found-values.js';
import { type Reached, reachPath } from './reach-path.js';

/** A user as an event or an answer carries it. */
export type MatchableUser = User;

/** A field, and the name that stands for it and for no other. */
export interface NamedField {
  field: FieldReference;
  name: string;
}

/** A field with its name. No built-in field has a dot in its name, so none has the name of a custom one. */
export function named(field: FieldReference): NamedField {
  const name = field.kind === 'built-in' ? field.field : `custom.${field.path.join('.')}`;
  return { field, name };
}

/**
 * What a subject keeps of what was found in it: places, elements of arrays and texts, of all fields together. A path can
 * lead to thousands of places, and filters can name thousands of paths.
 */
const MAX_KEPT = 10_000;

/**
 * A user to be judged, and what was found in it so far: each path is followed once, however many comparisons and filters
 * name it. It takes the user as given, so pass the user as the viewer sees it, with the presence of an invisible user
 * already hidden, and share it among viewers only who see the same of the user. The user must not change any more.
 *
 * It keeps a bounded amount: past that it forgets what it found, and finds it again.
 */
export class MatchSubject {
  readonly #user: MatchableUser;
  readonly #now: number;
  #values = new Map<string, FoundValues>();
  #texts = new Map<string, readonly string[]>();
  #kept = 0;

  /** @param now epoch milliseconds. A ban that has run out by then reads as not banned. */
  constructor(user: MatchableUser, now: number) {
    this.#user = user;
    this.#now = now;
  }

  /** What a field holds. */
  valuesOf({ field, name }: NamedField): FoundValues {
    const known = this.#values.get(name);
    if (known) return known;
    const values = new FoundValues(placesOf(field, this.#user, this.#now));
    this.#makeRoomFor(values.size);
    this.#values.set(name, values);
    return values;
  }

  /** What `$autocomplete` looks through: each text that a field leads to, as `searchText` makes it. */
  textsOf(named: NamedField): readonly string[] {
    const known = this.#texts.get(named.name);
    if (known) return known;
    const texts = this.valuesOf(named).places.flatMap(({ value }) =>
      typeof value === 'string' ? [searchText(value)] : [],
    );
    this.#makeRoomFor(texts.length);
    this.#texts.set(named.name, texts);
    return texts;
  }

  /** Lets go of what was found. The subject can be judged again. */
  forget(): void {
    if (this.#kept === 0) return;
    this.#values = new Map();
    this.#texts = new Map();
    this.#kept = 0;
  }

  #makeRoomFor(found: number): void {
    if (this.#kept + found >= MAX_KEPT) this.forget();
    // A field that leads nowhere takes its place, too.
    this.#kept += found + 1;
  }
}

function placesOf(field: FieldReference, user: MatchableUser, now: number): Reached[] {
  if (field.kind === 'custom') return reachPath(user.custom, field.path);
  return [{ value: builtInValue(user, field.field, { now, seesInvisible: true }), open: true }];
}
