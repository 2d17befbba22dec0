import type { JsonObject, JsonValue } from '../json.js';
import type { Spot, SpotsIn } from '../json-paths.js';
import type { CustomSpots, IsUntyped } from './custom-paths.js';
import type { UserFieldsInput } from './user-input.js';

/**
 * A change to parts of one user. Paths are dotted; a first segment that is no built-in field addresses `custom`.
 * Setting an object replaces that whole sub-object. With `if_revision` the update fails unless the stored revision is
 * that one. Where custom data has a type, its paths and their values are checked.
 */
export interface PartialUserUpdate<Custom extends object = JsonObject> {
  id: string;
  set?: UpdateValues<Custom>;
  unset?: UpdatePath<Custom>[];
  if_revision?: number;
}

/** The values that a partial update sets, by their paths. An object is set as a whole. */
export type UpdateValues<Custom extends object = JsonObject> =
  IsUntyped<Custom> extends true ? Record<string, JsonValue> : WritablePaths<Custom>;

/** A path that a partial update may unset. */
export type UpdatePath<Custom extends object = JsonObject> =
  IsUntyped<Custom> extends true ? string : Writable<Custom>['path'];

type WritablePaths<Custom> = { [Each in Writable<Custom> as Each['path']]?: Written<Each['value']> };

type Written<Value> = unknown extends Value ? JsonValue : Exclude<Value, undefined>;

/** The built-in fields and parts of them, all custom data, and parts of it. No path leads into a list. */
type Writable<Custom> =
  | SpotsIn<UserFieldsInput, 'whole'>
  | Spot<'custom', Custom>
  | CustomSpots<Custom, 'whole'>;
