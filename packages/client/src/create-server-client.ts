import { type JsonObject, RollcallError } from '@rollcall/protocol';
import { serverTokens, signingSecret, signUserToken } from './access/signed-tokens.js';
import { tokenSource } from './access/token-source.js';
import { HandledEvents } from './events/handled-events.js';
import { Handlers, onAndOff } from './events/handlers.js';
import { watchEvents, watchPresence } from './events/live-streams.js';
import { StreamEnd } from './events/stream-end.js';
import { importMethods } from './import/import-methods.js';
import { SERVER_CHAT_METHODS } from './products/chat.js';
import { FEEDS_METHODS } from './products/feeds.js';
import { productMethods } from './products/product-methods.js';
import { VIDEO_METHODS } from './products/video.js';
import type { ServerClient } from './server-client.js';
import { taskMethods } from './tasks/tasks.js';
import { answerOf } from './to-rollcall-error.js';
import { type ClientOptions, createTransport } from './transport/transport.js';
import { blocksMethods } from './users/blocks.js';
import { devicesMethods } from './users/devices.js';
import { lifeCycleMethods } from './users/life-cycle.js';
import { moderationMethods } from './users/moderation.js';
import { onlyUser, partialUpdateUsers, queryUsers, queryUsersAll, upsertUsers } from './users/users.js';

/** What `createServerClient` takes: the address, and the secret or a server token. */
export type ServerClientOptions = ClientOptions &
  (
    | {
        /** The server's secret: `secret` or `kid:secret`. The client signs server tokens of one hour with it. */
        secret: string;
        token?: undefined;
      }
    | {
        /** A server token. */
        token: string;
        secret?: undefined;
      }
  );

/**
 * Makes a client for back ends and scripts. Keep it out of browsers: anybody who has the secret may do everything.
 * @throws RollcallError `INPUT_INVALID` for an invalid address, for a secret of fewer than 32 bytes, and unless exactly
 * one of secret and token is given.
 */
export function createServerClient<Custom extends object = JsonObject>(
  options: ServerClientOptions,
): ServerClient<Custom> {
  if ((options.secret === undefined) === (options.token === undefined)) {
    throw new RollcallError(
      'INPUT_INVALID',
      'a server client takes either the secret or a token, and not both',
      {
        field: 'secret',
      },
    );
  }
  const secret = options.secret === undefined ? undefined : signingSecret(options.secret);
  const tokens = secret ? serverTokens(secret) : tokenSource(options.token as string);
  const transport = createTransport({ url: options.url, transport: options.transport, tokens: () => tokens });
  const { api, live, connection } = transport;
  const handlers = new Handlers<Custom>();
  const handled = new HandledEvents<Custom>(live, handlers, error =>
    connection.set({ status: 'disconnected', error }),
  );
  let streamEnd = new StreamEnd();

  const client: ServerClient<Custom> = {
    api,
    connection,
    chat: productMethods(api.chat, SERVER_CHAT_METHODS),
    video: productMethods(api.video, VIDEO_METHODS),
    feeds: productMethods(api.feeds, FEEDS_METHODS),
    ...onAndOff(handlers, handled.changed),
    ...lifeCycleMethods<Custom>(api),
    ...taskMethods({ api, live, url: options.url, streamEnd: () => streamEnd }),
    ...moderationMethods<Custom>(api),
    ...blocksMethods<Custom>(api),
    ...devicesMethods(api),
    ...importMethods<Custom>(api),

    upsertUser: async user => onlyUser(await upsertUsers<Custom>(api, [user])),
    upsertUsers: users => upsertUsers<Custom>(api, users),
    partialUpdateUser: async update => onlyUser(await partialUpdateUsers<Custom>(api, [update])),
    partialUpdateUsers: updates => partialUpdateUsers<Custom>(api, updates),

    queryUsers: (filter, sort, query) => queryUsers<Custom>(api, filter, sort, query),
    queryUsersAll: (filter, sort, query) => queryUsersAll<Custom>(api, filter, sort, query),

    watchEvents: (input = {}) => watchEvents<Custom>(live, input, streamEnd),
    watchPresence: (ids, how) => watchPresence(live, ids, { ...how, streamEnd }),

    getAppSettings: () => answerOf(api.settings.get.query()),
    updateAppSettings: changes => answerOf(api.settings.update.mutate(changes)),

    createRole: name => answerOf(api.roles.create.mutate({ name })),
    listRoles: async () => (await answerOf(api.roles.list.query())).roles,
    async deleteRole(name) {
      await answerOf(api.roles.delete.mutate({ name }));
    },

    revokeUserToken: (id, before) => client.revokeUsersToken([id], before),
    async revokeUsersToken(ids, before) {
      await answerOf(api.tokens.revoke.mutate({ ids, before }));
    },
    async revokeTokens(before) {
      await answerOf(api.tokens.revoke.mutate({ before }));
    },

    async createToken(userId, how) {
      if (secret) return signUserToken(secret, userId, how);
      throw new RollcallError(
        'INPUT_INVALID',
        'createToken signs with the secret, but this client has only a token',
      );
    },

    async disconnect() {
      streamEnd.end();
      streamEnd = new StreamEnd();
      handlers.clear();
      handled.stop();
      transport.close();
    },
  };
  return client;
}
