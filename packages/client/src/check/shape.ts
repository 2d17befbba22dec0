import { isThenable, unknownName } from '@rollcall/protocol';
import { type AnyKind, isRecord, type Kind, type OptionalKind, type Problem, within, wrong } from './kind.js';

/**
 * A row for each name of an interface. The compiler says when a name is missing or too many, when a name that may be
 * left out is required here or the other way round, and when the kind is not that of the type.
 */
export type ShapeOf<Options extends object> = {
  readonly [Name in keyof Options]-?: undefined extends Options[Name]
    ? OptionalKind<Exclude<Options[Name], undefined>>
    : Kind<Options[Name]>;
};

/**
 * An object of these names.
 * @param rest what all other names hold. Default: there are no other names.
 */
export function shape<Options extends object>(rows: ShapeOf<Options>, rest?: AnyKind): Kind<Options> {
  const kinds = Object.entries<AnyKind>(rows);
  const names = kinds.map(([name]) => name);
  const form = kinds.map(([name, { optional }]) => (optional ? `${name}?` : name)).join(', ');
  const accepts = `an object { ${form}${rest ? ', …' : ''} }`;
  return {
    accepts,
    named: true,
    problem(value, path) {
      if (!isRecord(value) || isThenable(value)) return wrong(path, accepts, value);
      for (const name of Object.keys(value)) {
        if (Object.hasOwn(rows, name)) continue;
        const field = within(path, name);
        if (!rest) return { field, message: unknownName(name, names) };
        const problem = rest.problem(value[name], field);
        if (problem) return problem;
      }
      for (const [name, kind] of kinds) {
        const problem = kind.problem(value[name], within(path, name));
        if (problem) return problem;
      }
      return undefined;
    },
  };
}

/** Items that are written together: a problem says in which item it is, and where in the item. */
export function batch<Item>(item: Kind<Item>, most: number): Kind<Item[]> {
  const accepts = `an array of 1–${most}, each ${item.accepts}`;
  return {
    accepts,
    problem(value, path) {
      if (!Array.isArray(value)) return wrong(path, accepts, value);
      for (let index = 0; index < value.length; index += 1) {
        const problem: Problem | undefined = item.problem(value[index], '');
        if (problem) return { ...problem, index };
      }
      return undefined;
    },
  };
}
