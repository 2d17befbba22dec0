import { type AnyKind, kindOf, optional } from '../check/kind.js';
import { callback, flag, oneOf, signal, whole } from '../check/kinds.js';
import { type ShapeOf, shape } from '../check/shape.js';
import { FILTER } from '../users/user-kinds.js';
import type { Imports } from './import-methods.js';
import type { ImportOptions } from './import-users.js';
import { isMaxMissing, MAX_MISSING_ACCEPTS, type MaxMissing } from './max-missing.js';
import { type SyncOptions, WAYS } from './sync-users.js';

const SOURCE = kindOf<never>(
  'an array, an iterable or an asynchronous iterable of users',
  value =>
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value),
);

/** What one kind of input makes of an option is for the compiler; here the options of all are the same. */
type AnyImportOptions = ImportOptions<never> & { as_is?: boolean };

const IMPORT: ShapeOf<AnyImportOptions> = {
  concurrency: optional(whole(1)),
  onProgress: optional(callback),
  onError: optional(callback),
  dry_run: optional(flag),
  signal: optional(signal),
  as_is: optional(flag),
};

const SYNC: ShapeOf<SyncOptions> = {
  missing: oneOf(WAYS),
  within: FILTER,
  max_missing: optional(kindOf<MaxMissing>(MAX_MISSING_ACCEPTS, isMaxMissing)),
};

/** What the imports take. The compiler would hold them to the last of the ways in which each can be called. */
export const IMPORT_ARGUMENTS: {
  readonly [Name in keyof Imports]: readonly (readonly [name: string, kind: AnyKind])[];
} = {
  importUsers: [
    ['users', SOURCE],
    ['options', optional(shape<AnyImportOptions>(IMPORT))],
  ],
  syncUsers: [
    ['users', SOURCE],
    ['options', shape<SyncOptions & AnyImportOptions>({ ...SYNC, ...IMPORT })],
  ],
};
