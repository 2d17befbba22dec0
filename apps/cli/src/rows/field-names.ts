import { isUserField, nearestName, RollcallError, USER_FIELD_NAMES, unknownName } from '@rollcall/protocol';

/** What the fields of an input are called here. */
export interface FieldNamesOptions {
  /** The column that holds the ids. */
  idColumn?: string;
  /** New names by the names in the input. */
  rename?: ReadonlyMap<string, string>;
  /** Names that are left out. */
  ignore?: readonly string[];
  /** Hears once of each name that may be meant otherwise. */
  onNote?: (note: string) => void;
}

/** Objects may have any number of different names. So many are kept to find the nearest one to a name that none has. */
const MAX_NAMES_KEPT = 1000;

/** Gives the fields of an input, the columns of a table or the names of an object, the names that they have here. */
export class FieldNames {
  readonly #options: FieldNamesOptions;
  readonly #noted = new Set<string>();
  /** The names that objects of the input have had. */
  readonly #met = new Set<string>();
  /** The names that the options speak of and no object has had yet. */
  readonly #awaited: Set<string>;
  /** The rows of an input have the same names as a rule. */
  #last: { before: readonly string[]; after: (string | undefined)[] } | undefined;

  constructor(options: FieldNamesOptions) {
    this.#options = options;
    this.#awaited = new Set(askedNames(options));
  }

  /** The names of the columns of a table; undefined for one that is ignored. @throws RollcallError for a name that is not there. */
  ofColumns(header: readonly string[]): (string | undefined)[] {
    const absent = askedNames(this.#options).find(name => !header.includes(name));
    if (absent !== undefined) {
      throw new RollcallError('INPUT_INVALID', `column "${absent}" ${unknownName(absent, header)}`);
    }
    return this.#named(header);
  }

  /** An object with the names that its fields have here. */
  ofObject<Given extends object>(given: Given): Given {
    const before = Object.keys(given);
    const last = this.#last;
    const same =
      last?.before.length === before.length && before.every((name, at) => name === last.before[at]);
    const after = same && last ? last.after : this.#namedFirst(before);
    this.#last = { before, after };
    if (after.every((name, at) => name === before[at])) return given;
    const named = Object.entries(given).flatMap(([, value], at) => {
      const name = after[at];
      return name === undefined ? [] : [[name, value] as const];
    });
    return Object.fromEntries(named) as Given;
  }

  /**
   * Tells of each name that the options speak of and no object of the input has had. A table says its names at its
   * beginning, and is refused; a stream of objects shows only at its end what it never had.
   */
  noteAbsent(): void {
    for (const name of this.#awaited) {
      const nearest = nearestName(name, [...this.#met]);
      const meant = nearest === undefined ? '' : `; did you mean ${quoted(nearest)}?`;
      this.#note(`no row has the field ${quoted(name)}, which the options name${meant}`);
    }
  }

  #namedFirst(before: readonly string[]): (string | undefined)[] {
    for (const name of before) {
      this.#awaited.delete(name);
      if (this.#met.size < MAX_NAMES_KEPT) this.#met.add(name);
    }
    return this.#named(before);
  }

  #named(before: readonly string[]): (string | undefined)[] {
    const { idColumn, rename, ignore = [] } = this.#options;
    const after = before.map(name => {
      if (ignore.includes(name)) return undefined;
      return name === idColumn ? 'id' : (rename?.get(name) ?? name);
    });
    const ids = after.filter(name => name?.toLowerCase() === 'id');
    if (ids.length === 1 && ids[0] !== 'id') {
      const at = after.indexOf(ids[0]);
      this.#note(`${ids[0]} is taken as id`);
      after[at] = 'id';
    }
    for (const name of after) {
      const meant = name === undefined ? undefined : lookedLike(name);
      if (meant) {
        this.#note(
          `${name} is custom data here; if it is the field ${meant}, give --rename ${quoted(name)}=${meant}`,
        );
      }
    }
    return after;
  }

  #note(note: string): void {
    if (this.#noted.has(note)) return;
    this.#noted.add(note);
    this.#options.onNote?.(note);
  }
}

/** The names of the input that the options speak of. */
function askedNames({ idColumn, rename, ignore = [] }: FieldNamesOptions): string[] {
  return [...(idColumn === undefined ? [] : [idColumn]), ...(rename?.keys() ?? []), ...ignore];
}

/** Names under which spreadsheets have built-in fields, without blanks. */
const ALSO_CALLED: Readonly<Record<string, string>> = {
  full_name: 'name',
  display_name: 'name',
  user_id: 'id',
  userid: 'id',
  team: 'teams',
  avatar: 'image',
  locale: 'language',
};

/** The built-in field that a name looks like but is not. */
function lookedLike(name: string | undefined): string | undefined {
  if (name === undefined || isUserField(name) || name.includes('.')) return undefined;
  const plain = name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return USER_FIELD_NAMES.find(field => field === plain) ?? ALSO_CALLED[plain];
}

function quoted(name: string | undefined): string {
  return /^\w+$/.test(name ?? '') ? `${name}` : `"${name}"`;
}
