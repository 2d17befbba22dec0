import { type JsonObject, RollcallError } from '@rollcall/protocol';
import { noToken, notConnected } from './access/token-source.js';
import { checked, raise, refusalOf } from './check/checked-methods.js';
import { shape } from './check/shape.js';
import type { Client } from './client.js';
import { CLIENT_ARGUMENTS, type ClientCalls, WATCH_EVENTS_ARGUMENTS } from './client-arguments.js';
import type { FollowedEvents } from './events/followed-events.js';
import { Handlers, onAndOff } from './events/handlers.js';
import { watchEvents } from './events/live-streams.js';
import { CHAT_METHODS } from './products/chat.js';
import { FEEDS_METHODS } from './products/feeds.js';
import { productMethods } from './products/product-methods.js';
import { VIDEO_METHODS } from './products/video.js';
import { Session } from './session.js';
import { listenerErrors } from './subscription.js';
import { CLIENT_OPTIONS, type ClientOptions, createTransport } from './transport/transport.js';
import { blocksMethods } from './users/blocks.js';
import { devicesMethods } from './users/devices.js';
import { moderationMethods } from './users/moderation.js';
import { queryUsersAllMethod } from './users/query-users-all.js';
import { countUsers, onlyUser, queryUsers, partialUpdateUsers as updateUsers } from './users/users.js';

const OPTIONS = shape(CLIENT_OPTIONS);

/**
 * Makes a client for one user. It opens nothing before `connectUser`.
 * @throws RollcallError `INPUT_INVALID` for an invalid address, and for options that are unknown or of a wrong kind.
 */
export function createClient<Custom extends object = JsonObject>(
  options: ClientOptions,
  ...none: undefined[]
): Client<Custom> {
  const refused = refusalOf('createClient', [['options', OPTIONS]], [options, ...none]);
  if (refused) throw refused;
  let session: Session<Custom> | undefined;
  /** Why the server ended the last session. Later calls fail with the same error. */
  let refusal: RollcallError | undefined;
  const handlers = new Handlers<Custom>(listenerErrors(options.onError));
  const without = noToken(() => refusal ?? notConnected());
  const transport = createTransport({ ...options, tokens: () => session?.tokens ?? without });
  const { api, live, connection } = transport;

  const end = (ended: Session<Custom> | undefined, error?: RollcallError) => {
    if (!ended || session !== ended) return;
    session = undefined;
    refusal = error;
    if (error) connection.set({ status: 'disconnected', error });
    ended.close(error);
  };
  const connected = (): { session: Session<Custom>; events: FollowedEvents<Custom> } => {
    if (session?.events) return { session, events: session.events };
    throw refusal ?? notConnected();
  };

  const begin = async <Answer>(how: (mine: Session<Custom>) => Promise<Answer>): Promise<Answer> => {
    if (session)
      throw new RollcallError('INPUT_INVALID', 'a user is already connected: call disconnectUser first');
    const mine = new Session<Custom>({
      transport,
      handlers,
      tokenTimeoutMs: options.tokenTimeoutMs,
      onRefused: error => end(mine, error),
    });
    session = mine;
    refusal = undefined;
    try {
      return await how(mine);
    } catch (error) {
      end(mine, error as RollcallError);
      refusal = undefined;
      throw error;
    }
  };
  const watch = async (ids: string[], presence: boolean | undefined, since?: string): Promise<void> => {
    const { session, events } = connected();
    await Promise.all([events.watch(ids, since), presence && session.presence.watch(ids)]);
  };

  const partialUpdateUsers: Client<Custom>['partialUpdateUsers'] = async updates => {
    const answer = await updateUsers<Custom>(api, updates);
    for (const user of Object.values(answer.users)) session?.learn(user);
    return answer;
  };
  const calls: ClientCalls<Custom> = {
    connectUser: (user, token, how) => begin(mine => mine.connect(user, token, how)),

    setGuestUser: (user = {}, how) => begin(mine => mine.connectGuest(user, how)),

    connectAnonymousUser: () => begin(async mine => mine.connectAnonymous()),

    async disconnectUser() {
      refusal = undefined;
      end(session);
    },

    watchUsers: async (ids, how) => watch([...ids], how?.presence),

    async unwatchUsers(ids) {
      const { session, events } = connected();
      await Promise.all([events.unwatch(ids), session.presence.unwatch(ids)]);
    },

    async queryUsers(filter, sort, query = {}) {
      const answer = await queryUsers<Custom>(api, filter, sort, query);
      if (query.watch || query.presence) {
        const ids = answer.users.map(user => user.id);
        await watch(ids, query.presence, answer.position);
      }
      return answer;
    },

    countUsers: (filter, options) => countUsers(api, filter, options),

    partialUpdateUser: async update => onlyUser(await partialUpdateUsers([update])),
    partialUpdateUsers,
  };
  const watchingEvents: Pick<Client<Custom>, 'watchEvents'> = {
    watchEvents: (input = {}) => watchEvents<Custom>(live, input, connected().session.streamEnd),
  };

  return {
    api,
    connection,
    chat: productMethods(api.chat, CHAT_METHODS),
    video: productMethods(api.video, VIDEO_METHODS),
    feeds: productMethods(api.feeds, FEEDS_METHODS),
    // The events of a connected user arrive with or without handlers.
    ...onAndOff(handlers, async () => undefined),
    ...moderationMethods<Custom>(api),
    ...blocksMethods<Custom>(api),
    ...devicesMethods(api),
    ...checked(calls, CLIENT_ARGUMENTS),
    ...checked(watchingEvents, WATCH_EVENTS_ARGUMENTS, raise),
    ...queryUsersAllMethod<Custom>(api),

    get user() {
      return session?.user;
    },
  };
}
