/** What happened at one process and is worth a look at the others. */
export interface ProcessHint {
  /** The event log has grown. */
  log?: true;
  /** Somebody may have come or gone. */
  presence?: true;
  /** Tasks that have changed, and whether a worker may take them now. */
  tasks?: ReadonlyMap<string, boolean>;
  /** Anything may have happened: more than is worth naming, or what was said in the meantime was not heard. */
  anything?: true;
}

/**
 * Hints between the processes on one database. They only make the others look sooner: one that is lost, doubled or late
 * does no harm, since everybody looks from time to time anyway. No hint is ever a part of a transaction.
 */
export interface ProcessHints {
  /** Tells the other processes, together with whatever else there is to tell at the moment. It never throws. */
  tell(hint: ProcessHint): void;
  /** Resolves when nothing more is told or heard. */
  close(): Promise<void>;
}

/** For a database that one process has to itself, and for processes that are left to look by themselves. */
export const NO_HINTS: ProcessHints = {
  tell: () => undefined,
  close: async () => undefined,
};
