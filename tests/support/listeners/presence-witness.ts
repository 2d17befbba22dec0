import { createServerClient, type ServerClient } from '@rollcall/client/server';
import type { ClusterNode } from '../cluster/cluster.js';
import { SECRET } from '../processes/server-process.js';
import { until } from '../until.js';

/** Who sees at one process who is online: by asking, and by watching. */
export class PresenceWitness {
  /** What was heard of each user, in its order, without repetitions. */
  readonly heard = new Map<string, boolean[]>();
  readonly #node: ClusterNode;
  readonly #client: ServerClient;
  readonly #abort = new AbortController();
  #watching: Promise<void> | undefined;

  constructor(node: ClusterNode) {
    this.#node = node;
    this.#client = createServerClient({ url: node.process.url, secret: SECRET });
  }

  /** Begins to watch users; a client does so once. */
  watch(ids: readonly string[]): void {
    this.#watching = this.#follow(ids);
  }

  /**
   * Waits until every one of these users is online, or offline, to those who ask and to those who watch.
   * @returns after how many milliseconds.
   */
  async sees(ids: readonly string[], online: boolean, withinMs: number): Promise<number> {
    const startedAt = performance.now();
    const what = `${ids.join(', ')} ${online ? 'online' : 'offline'} at process ${this.#node.name}`;
    await until(
      what,
      async () => (await this.#asks(ids)).every(is => is === online) && this.#hears(ids, online),
      withinMs,
    );
    return Math.round(performance.now() - startedAt);
  }

  async end(): Promise<void> {
    this.#abort.abort();
    await this.#watching;
    await this.#client.disconnect();
  }

  /** What a query says of each user. One that cannot be asked now says nothing. */
  async #asks(ids: readonly string[]): Promise<(boolean | undefined)[]> {
    const answer = await this.#client.queryUsers({ id: { $in: [...ids] } }).catch(() => undefined);
    return ids.map(id => answer?.users.find(user => user.id === id)?.online);
  }

  #hears(ids: readonly string[], online: boolean): boolean {
    return ids.every(id => this.heard.get(id)?.at(-1) === online);
  }

  async #follow(ids: readonly string[]): Promise<void> {
    for await (const { user } of this.#client.watchPresence(ids, { signal: this.#abort.signal })) {
      const states = this.heard.get(user.id) ?? [];
      if (states.at(-1) !== user.online) this.heard.set(user.id, [...states, user.online]);
    }
  }
}
