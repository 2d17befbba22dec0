import type { RollcallError } from '@rollcall/client';

/** Nothing is there yet. */
export interface Pending {
  status: 'pending';
  data: undefined;
  error: undefined;
  reloading: false;
}

/** It is there, and kept up to date. */
export interface Success<Data> {
  status: 'success';
  data: Data;
  error: undefined;
  /** Whether it is read afresh, or more of it is read, at the moment. */
  reloading: boolean;
}

/** It could not be read, or is no longer kept up to date. */
export interface Failure<Data> {
  status: 'error';
  /** What was there before, if anything was. */
  data: Data | undefined;
  error: RollcallError;
  reloading: boolean;
}

/** What every result can do. */
export interface Reload {
  /** Reads it afresh. What is there stays until then. */
  reload(): void;
}

/** What a hook answers: look at `status` first, and the compiler knows the rest. */
export type Result<Data, Actions extends object = object> = (Pending | Success<Data> | Failure<Data>) &
  Reload &
  Actions;

/** What a hook of `@rollcall/react/suspense` answers: there is always data. */
export type Settled<Data, Actions extends object = object> = (
  | Success<Data>
  | (Failure<Data> & { data: Data })
) &
  Reload &
  Actions;
