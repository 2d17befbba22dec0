/** Something that goes on until it is told to stop. */
export interface Subscription {
  /** Stops it; more than once is fine. */
  unsubscribe(): void;
}
