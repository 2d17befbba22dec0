import { RollcallError, type User, type UserInput } from '@rollcall/protocol';
import { type TokenOrProvider, type TokenSource, tokenSource } from './access/token-source.js';
import { Ending } from './events/ending.js';
import type { StreamItem } from './events/event-pages.js';
import { FollowedEvents } from './events/followed-events.js';
import { answerOf } from './to-rollcall-error.js';
import type { Transport } from './transport/transport.js';

/** What a session tells its client. */
export interface SessionHandlers<Custom extends object> {
  onItem(item: StreamItem<Custom>): void;
  /** The server has ended it for good: the user may not be connected, or its token is no use any more. */
  onRefused(error: RollcallError): void;
}

/** One user's stay: from `connectUser` to `disconnectUser`, or to the refusal of the user. */
export class Session<Custom extends object> {
  readonly tokens: TokenSource;
  readonly #transport: Transport;
  readonly #handlers: SessionHandlers<Custom>;
  /** Ends every stream of the session. */
  readonly ending = new Ending();
  #user: User<Custom> | undefined;
  #events: FollowedEvents<Custom> | undefined;

  constructor(transport: Transport, token: TokenOrProvider, handlers: SessionHandlers<Custom>) {
    this.tokens = tokenSource(token);
    this.#transport = transport;
    this.#handlers = handlers;
  }

  /** The user as it is now; undefined until it is connected. */
  get user(): User<Custom> | undefined {
    return this.#user;
  }

  /** The events that the user follows; undefined until it is connected. */
  get events(): FollowedEvents<Custom> | undefined {
    return this.#events;
  }

  /**
   * Creates or merges the user, and begins its events where the answer ends.
   * @throws RollcallError when the server refuses it, or the session is closed meanwhile.
   */
  async open(user: UserInput<Custom>): Promise<User<Custom>> {
    const { api, live, connection } = this.#transport;
    connection.set({ status: 'connecting' });
    // The types of custom data end here: on the wire it is any JSON.
    const input = { user: user as unknown as UserInput };
    const abort = new AbortController();
    const connecting = answerOf(api.users.connect.mutate(input, { signal: abort.signal }));
    const meanwhile = new RollcallError('UNAVAILABLE', 'the user was disconnected meanwhile');
    const closed = new Promise<never>((_, reject) => {
      this.ending.listen(() => {
        abort.abort();
        reject(meanwhile);
      });
    });
    closed.catch(() => undefined);
    // A provider of tokens may take for ever, and no signal reaches it.
    const answer = await Promise.race([connecting, closed]);
    if (this.ending.come) throw meanwhile;
    this.#user = answer.user as User<Custom>;
    const events = new FollowedEvents<Custom>(live, this.#user.id, {
      onItem: item => {
        if ('user' in item) this.learn(item.user);
        this.#handlers.onItem(item);
      },
      onError: error => this.#handlers.onRefused(error),
    });
    this.ending.listen(() => events.stop());
    await events.start(answer.position);
    this.#events = events;
    return this.#user;
  }

  /** Takes over what an answer or an event says about the own user, unless something newer is known. */
  learn(user: User<Custom> | undefined): void {
    if (this.#user && user?.id === this.#user.id && user.revision >= this.#user.revision) this.#user = user;
  }

  /** @param error why, where that was not asked for: the streams of the session end with it. */
  close(error?: RollcallError): void {
    this.ending.end(error);
    this.#transport.close();
  }
}
