import { ANONYMOUS_TOKEN, RollcallError, type User, type UserInput } from '@rollcall/protocol';
import { type TokenOrProvider, type TokenSource, tokenSource } from './access/token-source.js';
import { FollowedEvents } from './events/followed-events.js';
import { FollowedPresence } from './events/followed-presence.js';
import type { Handlers } from './events/handlers.js';
import { onAbort } from './events/on-abort.js';
import { StreamEnd } from './events/stream-end.js';
import { answerOf } from './to-rollcall-error.js';
import { fullJitterMs, listenToNetwork } from './transport/reconnect.js';
import type { Transport } from './transport/transport.js';

/** What a session needs of its client. */
export interface SessionOptions<Custom extends object> {
  transport: Transport;
  /** How long the token provider may take. */
  tokenTimeoutMs: number | undefined;
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

/** How long to wait for a connection. */
export interface ConnectOptions {
  /** Ends the wait with an error. It has no effect once the user is connected. */
  signal?: AbortSignal;
}

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
  connect(
    user: UserInput<Custom>,
    token: TokenOrProvider,
    options: ConnectOptions | undefined,
  ): Promise<User<Custom>> {
    const { transport, tokenTimeoutMs: timeoutMs, onRefused: onForeign } = this.#options;
    this.#tokens = tokenSource(token, { userId: user.id, onForeign, timeoutMs });
    return this.#begin(
      signal => transport.api.users.connect.mutate(inputOf(user), { signal }),
      options?.signal,
    );
  }

  /** Begins the session of a guest, who gets a token. Throws like `#begin`. */
  connectGuest(user: Partial<UserInput<Custom>>, options: ConnectOptions | undefined): Promise<User<Custom>> {
    const { api } = this.#options.transport;
    return this.#begin(signal => api.users.connectGuest.mutate(inputOf(user), { signal }), options?.signal);
  }

  /** Begins an anonymous session. It opens no connection before it watches something. */
  connectAnonymous(): void {
    this.#tokens = tokenSource(ANONYMOUS_TOKEN);
    this.#events = this.#follow(undefined);
  }

  /**
   * Creates the user or merges the input into it. Events begin where the answer ends. It tries again for as long as the
   * server cannot be reached, or says that it can do it later.
   * @throws RollcallError when the server refuses the user, or when the session is closed or the signal aborts meanwhile.
   */
  async #begin(
    call: (signal: AbortSignal) => Promise<Beginning>,
    signal: AbortSignal | undefined,
  ): Promise<User<Custom>> {
    const { connection } = this.#options.transport;
    connection.set({ status: 'connecting' });
    const abort = new AbortController();
    const closed = new Promise<never>((_, reject) => {
      this.streamEnd.listen(error => {
        abort.abort();
        reject(error ?? new RollcallError('UNAVAILABLE', 'the user was disconnected meanwhile'));
      });
    });
    closed.catch(() => undefined);
    const giveUp = () => this.#options.onRefused(aborted(connection.state.error));
    const removeAbort = onAbort(signal, giveUp);
    if (signal?.aborted) giveUp();
    try {
      // A token provider may take long, and no signal reaches it.
      const answer = await Promise.race([this.#answer(call, abort.signal), closed]);
      if (answer.token !== undefined) this.#tokens = tokenSource(answer.token);
      this.#user = answer.user as User<Custom>;
      const events = this.#follow(this.#user.id);
      await Promise.race([events.start(answer.position), closed]);
      this.#events = events;
      this.learn(this.#user);
      return this.#user;
    } finally {
      removeAbort();
      connection.wait(this, undefined);
    }
  }

  /** Makes a call until it is answered. The connection shows why it is not. */
  async #answer(call: (signal: AbortSignal) => Promise<Beginning>, signal: AbortSignal): Promise<Beginning> {
    const { connection } = this.#options.transport;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await answerOf(call(signal));
      } catch (cause) {
        const error = cause as RollcallError;
        const mayPass = error.code === 'UNAVAILABLE' || error.code === 'RATE_LIMITED';
        if (!mayPass || error.unrecoverable || signal.aborted) throw error;
        connection.wait(this, error);
        // A program that awaits this and looks at nothing else would not know why nothing happens.
        if (attempt === 0) console.warn(`Rollcall: connectUser waits and goes on trying: ${error.message}`);
        await pause(fullJitterMs(attempt) + (error.retry_after ?? 0) * 1000, signal);
      }
    }
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
   * Takes over what an answer or an event says about the session's own user, unless the session knows a newer state. Its
   * user is online, for it is connected: what the server says was written before it knew of the connection.
   */
  learn(user: User<Custom> | undefined): void {
    if (this.#user && user?.id === this.#user.id && user.revision >= this.#user.revision) {
      this.#user = { ...user, online: true };
    }
  }

  /** @param error the reason, if the application did not ask for the end: the streams of the session end with it. */
  close(error?: RollcallError): void {
    this.streamEnd.end(error);
    this.#options.transport.close();
  }
}

function aborted(why: RollcallError | undefined): RollcallError {
  const until = why ? `; until then ${why.message}` : '';
  return new RollcallError('UNAVAILABLE', `the signal ended the wait for a connection${until}`, {
    unrecoverable: true,
    cause: why,
  });
}

/** Waits for a time. A network that comes back, and a signal, cut it short. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      stopListening();
      removeAbort();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const removeAbort = onAbort(signal, end);
    const stopListening = listenToNetwork(event => event === 'online' && end());
  });
}

/** The types of custom data end here: on the wire it is any JSON. */
function inputOf(user: object): { user: UserInput } {
  return { user: user as UserInput };
}
