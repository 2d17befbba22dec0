import type { Grant } from '@rollcall/protocol';
import type { Expectation, Scene } from './permission-callers.js';

/** What a preparation does things with: a server token. Answers with what the procedure answers. */
export type AsServer = (path: string, input: object) => Promise<Record<string, unknown>>;

/** One procedure, or one way to call it: what is sent, and what comes of it for everybody who might. */
export interface PermissionRow {
  path: string;
  /** Tells rows of one procedure apart. */
  what?: string;
  /** The grant that the call takes. */
  grant?: Grant;
  /** Makes what the call is about, before the caller is banned, deactivated and so on. Answers with what it is called. */
  prepare?(scene: Scene, asServer: AsServer): Promise<string | undefined>;
  input?(scene: Scene): unknown;
  /** A subscription that tells nothing of its own accord counts as open when it is. */
  silent?: true;
  expected: Expectation;
}
