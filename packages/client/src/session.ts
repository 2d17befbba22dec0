import { RollcallError, type User, type UserInput } from '@rollcall/protocol';
import { type TokenOrProvider, type TokenSource, tokenSource } from './access/token-source.js';
import { FollowedEvents } from './events/followed-events.js';
import { FollowedPresence } from './events/followed-presence.js';
import type { AnyItem } from './events/handlers.js';
import { Ending } from './events/stream-end.js';
import { answerOf } from './to-rollcall-error.js';
import type { Transport } from './transport/transport.js';

/** What a session tells its client. */
export interface SessionHandlers<Custom extends object> {
  onItem(item: AnyItem<Custom>): void;
  /** The server has ended it for good: the user may not be connected, or its token is no use any more. */
  onRefused(error: RollcallError): void;
}

/** What a session begins with: the user as it is stored, where its events begin, and a guest's token. */
interface Beginning {
  user: User;
  position: string;
  token?: string;
}

/** The token that stands for nobody. */
const ANONYMOUS = 'anonymous';

/** One user's stay: from `connectUser` to `disconnectUser`, or to the refusal of the user. */
export class Session<Custom extends object> {
  readonly #transport: Transport;
  readonly #handlers: SessionHandlers<Custom>;
  /** Ends every stream of the session. */
  readonly ending = new Ending();
  /** The users whose presence it follows. */
  readonly presence: FollowedPresence;
  #tokens = tokenSource('');
  #user: User<Custom> | undefined;
  #events: FollowedEvents<Custom> | undefined;

  constructor(transport: Transport, handlers: SessionHandlers<Custom>) {
    this.#transport = transport;
    this.#handlers = handlers;
    this.presence = new FollowedPresence(transport.live, {
      onEvent: event => handlers.onItem(event),
      onError: error => handlers.onRefused(error),
    });
    this.ending.listen(() => this.presence.stop());
  }

  /** Where its calls get their token from. */
  get tokens(): TokenSource {
    return this.#tokens;
  }

  /** The user as it is now; undefined until it is connected, and for nobody. */
  get user(): User<Custom> | undefined {
    return this.#user;
  }

  /** The events that it follows; undefined until it is connected. */
  get events(): FollowedEvents<Custom> | undefined {
    return this.#events;
  }

  /** The session of a user who has a token. Throws like `#begin`. */
  connect(user: UserInput<Custom>, token: TokenOrProvider): Promise<User<Custom>> {
    this.#tokens = tokenSource(token);
    const { api } = this.#transport;
    return this.#begin(signal => api.users.connect.mutate(inputOf(user), { signal }));
  }

  /** The session of a guest, who gets a token. Throws like `#begin`. */
  connectGuest(user: Partial<UserInput<Custom>>): Promise<User<Custom>> {
    const { api } = this.#transport;
    return this.#begin(signal => api.users.connectGuest.mutate(inputOf(user), { signal }));
  }

  /** The session of nobody. Nothing is opened before something is watched. */
  connectNobody(): void {
    this.#tokens = tokenSource(ANONYMOUS);
    this.#events = this.#follow(undefined);
  }

  /**
   * Creates or merges the user, and begins its events where the answer ends.
   * @throws RollcallError when the server refuses it, or the session is closed meanwhile.
   */
  async #begin(call: (signal: AbortSignal) => Promise<Beginning>): Promise<User<Custom>> {
    this.#transport.connection.set({ status: 'connecting' });
    const abort = new AbortController();
    const meanwhile = new RollcallError('UNAVAILABLE', 'the user was disconnected meanwhile');
    const closed = new Promise<never>((_, reject) => {
      this.ending.listen(() => {
        abort.abort();
        reject(meanwhile);
      });
    });
    closed.catch(() => undefined);
    // A provider of tokens may take for ever, and no signal reaches it.
    const answer = await Promise.race([answerOf(call(abort.signal)), closed]);
    if (this.ending.come) throw meanwhile;
    if (answer.token !== undefined) this.#tokens = tokenSource(answer.token);
    this.#user = answer.user as User<Custom>;
    const events = this.#follow(this.#user.id);
    await events.start(answer.position);
    this.#events = events;
    return this.#user;
  }

  #follow(ownId: string | undefined): FollowedEvents<Custom> {
    const events = new FollowedEvents<Custom>(this.#transport.live, ownId, {
      onItem: item => {
        if ('user' in item) this.learn(item.user);
        this.#handlers.onItem(item);
      },
      onError: error => this.#handlers.onRefused(error),
    });
    this.ending.listen(() => events.stop());
    return events;
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

/** The types of custom data end here: on the wire it is any JSON. */
function inputOf(user: object): { user: UserInput } {
  return { user: user as UserInput };
}
