import { RollcallError, type User, type UserInput } from '@rollcall/protocol';
import { type TokenOrProvider, type TokenSource, tokenSource } from './access/token-source.js';
import { FollowedEvents } from './events/followed-events.js';
import { FollowedPresence } from './events/followed-presence.js';
import type { Handlers } from './events/handlers.js';
import { StreamEnd } from './events/stream-end.js';
import { answerOf } from './to-rollcall-error.js';
import type { Transport } from './transport/transport.js';

/** What a session needs of its client. */
export interface SessionOptions<Custom extends object> {
  transport: Transport;
  /** Receive the events of the session. */
  handlers: Handlers<Custom>;
  /** The server has ended the session: the user may not be connected, or its token is no longer of use. */
  onRefused(error: RollcallError): void;
}

/** What a session begins with: the user as stored, the position where its events begin, and the token of a guest. */
interface Beginning {
  user: User;
  position: string;
  token?: string;
}

/** The token of an anonymous client. */
const ANONYMOUS = 'anonymous';

/**
 * The time in which a client is one user: from `connectUser` to `disconnectUser`, or until the server refuses the user.
 */
export class Session<Custom extends object> {
  readonly #options: SessionOptions<Custom>;
  /** Ends every stream of the session. */
  readonly streamEnd = new StreamEnd();
  /** The presence of the users that it follows. */
  readonly presence: FollowedPresence;
  #tokens = tokenSource('');
  #user: User<Custom> | undefined;
  #events: FollowedEvents<Custom> | undefined;

  constructor(options: SessionOptions<Custom>) {
    this.#options = options;
    this.presence = new FollowedPresence(options.transport.live, {
      onEvent: event => options.handlers.deliver(event),
      onError: error => options.onRefused(error),
    });
    this.streamEnd.listen(() => this.presence.stop());
  }

  /** Where its calls get their token from. */
  get tokens(): TokenSource {
    return this.#tokens;
  }

  /** The user as it is now; undefined until it is connected, and in an anonymous session. */
  get user(): User<Custom> | undefined {
    return this.#user;
  }

  /** The events that it follows; undefined until it is connected. */
  get events(): FollowedEvents<Custom> | undefined {
    return this.#events;
  }

  /** Begins the session of a user who has a token. Throws like `#begin`. */
  connect(user: UserInput<Custom>, token: TokenOrProvider): Promise<User<Custom>> {
    this.#tokens = tokenSource(token);
    const { api } = this.#options.transport;
    return this.#begin(signal => api.users.connect.mutate(inputOf(user), { signal }));
  }

  /** Begins the session of a guest, who gets a token. Throws like `#begin`. */
  connectGuest(user: Partial<UserInput<Custom>>): Promise<User<Custom>> {
    const { api } = this.#options.transport;
    return this.#begin(signal => api.users.connectGuest.mutate(inputOf(user), { signal }));
  }

  /** Begins an anonymous session. It opens no connection before it watches something. */
  connectAnonymous(): void {
    this.#tokens = tokenSource(ANONYMOUS);
    this.#events = this.#follow(undefined);
  }

  /**
   * Creates the user or merges the input into it. Events begin where the answer ends.
   * @throws RollcallError when the server refuses the user, or when the session is closed meanwhile.
   */
  async #begin(call: (signal: AbortSignal) => Promise<Beginning>): Promise<User<Custom>> {
    this.#options.transport.connection.set({ status: 'connecting' });
    const abort = new AbortController();
    const meanwhile = new RollcallError('UNAVAILABLE', 'the user was disconnected meanwhile');
    const closed = new Promise<never>((_, reject) => {
      this.streamEnd.listen(() => {
        abort.abort();
        reject(meanwhile);
      });
    });
    closed.catch(() => undefined);
    // A token provider may take for ever, and no signal reaches it.
    const answer = await Promise.race([answerOf(call(abort.signal)), closed]);
    if (this.streamEnd.reached) throw meanwhile;
    if (answer.token !== undefined) this.#tokens = tokenSource(answer.token);
    this.#user = answer.user as User<Custom>;
    const events = this.#follow(this.#user.id);
    await events.start(answer.position);
    this.#events = events;
    return this.#user;
  }

  #follow(ownId: string | undefined): FollowedEvents<Custom> {
    const events = new FollowedEvents<Custom>(this.#options.transport.live, ownId, {
      onItem: item => {
        // First, so that handlers which read `client.user` find what the event says.
        if ('user' in item) this.learn(item.user);
        this.#options.handlers.deliver(item);
      },
      onError: error => this.#options.onRefused(error),
    });
    this.streamEnd.listen(() => events.stop());
    return events;
  }

  /**
   * Takes over what an answer or an event says about the session's own user, unless the session knows a newer state.
   */
  learn(user: User<Custom> | undefined): void {
    if (this.#user && user?.id === this.#user.id && user.revision >= this.#user.revision) this.#user = user;
  }

  /** @param error the reason, if the application did not ask for the end: the streams of the session end with it. */
  close(error?: RollcallError): void {
    this.streamEnd.end(error);
    this.#options.transport.close();
  }
}

/** The types of custom data end here: on the wire it is any JSON. */
function inputOf(user: object): { user: UserInput } {
  return { user: user as UserInput };
}
