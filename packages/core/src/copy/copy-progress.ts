/** How a copy gets on. */
export interface CopyProgress {
  /**
   * `copying` while a server may work on the source; `waiting` when nearly everything is over and that server may be
   * stopped; `finishing` when nobody works on the source any more.
   */
  readonly stage: 'copying' | 'waiting' | 'finishing';
  /** The table that is walked. */
  readonly table?: string;
  /** Rows of the source that this pass has behind it, of about so many. */
  readonly rows: number;
  readonly total: number;
}
