import { deferred } from '../events/deferred.js';

/** Lets off one attempt at a time: who wants to begin one waits here until it may. */
export class Permit {
  #granted = false;
  #next = deferred();

  /** Resolves when an attempt may begin, and uses up the permit. Rejects when there will be none any more. */
  async taken(): Promise<void> {
    while (!this.#granted) await this.#next.promise;
    this.#granted = false;
  }

  grant(): void {
    this.#granted = true;
    this.#next.resolve();
    this.#next = deferred();
  }

  /** Takes back a permit that nobody has used. */
  revoke(): void {
    this.#granted = false;
  }

  /** There will be no attempt any more. */
  refuse(error: Error): void {
    this.#granted = false;
    this.#next.reject(error);
  }
}
