import { deferred } from '../events/live-subscription.js';

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

/**
 * A WebSocket class that sends every call in a message of its own. tRPC joins the calls of a moment, and after a
 * reconnect all subscriptions, into one message; but servers bound the calls and the bytes of a message, and would refuse
 * together what they take one by one.
 */
export function oneCallPerMessage(Base: typeof WebSocket): typeof WebSocket {
  return class extends Base {
    override send(data: Parameters<WebSocket['send']>[0]): void {
      if (typeof data !== 'string' || !data.startsWith('[')) super.send(data);
      else for (const call of JSON.parse(data) as unknown[]) super.send(JSON.stringify(call));
    }
  };
}
