import { type JsonObject, RollcallError } from '@rollcall/protocol';
import { serverTokens, signingSecret, signServerToken, signUserToken } from './access/signed-tokens.js';
import { secret as secretText, token as tokenText } from './access/token-kind.js';
import { tokenSource } from './access/token-source.js';
import { checked, raise, refusalOf } from './check/checked-methods.js';
import { optional } from './check/kind.js';
import { shape } from './check/shape.js';
import { HandledEvents } from './events/handled-events.js';
import { Handlers, onAndOff } from './events/handlers.js';
import { watchEvents, watchPresence } from './events/live-streams.js';
import { StreamEnd } from './events/stream-end.js';
import { IMPORT_ARGUMENTS } from './import/import-arguments.js';
import { importMethods } from './import/import-methods.js';
import { SERVER_CHAT_METHODS } from './products/chat.js';
import { FEEDS_METHODS } from './products/feeds.js';
import { productMethods } from './products/product-methods.js';
import { VIDEO_METHODS } from './products/video.js';
import type { ServerClient } from './server-client.js';
import {
  SERVER_CLIENT_ARGUMENTS,
  type ServerClientCalls,
  STREAM_ARGUMENTS,
} from './server-client-arguments.js';
import { listenerErrors } from './subscription.js';
import { taskMethods } from './tasks/tasks.js';
import { answerOf } from './to-rollcall-error.js';
import { CLIENT_OPTIONS, type ClientOptions, createTransport } from './transport/transport.js';
import { serverBlocksMethods } from './users/blocks.js';
import { serverDevicesMethods } from './users/devices.js';
import { lifeCycleMethods } from './users/life-cycle.js';
import { moderationMethods } from './users/moderation.js';
import { queryUsersAllMethod } from './users/query-users-all.js';
import { userActionMethods } from './users/user-actions.js';
import { countUsers, onlyUser, partialUpdateUsers, queryUsers, upsertUsers } from './users/users.js';
import { webhookMethods } from './webhooks/webhooks.js';

/** What `createServerClient` takes: the address, and the secret or a token. */
export type ServerClientOptions = ClientOptions &
  (
    | {
        /** The server's secret: `secret` or `kid:secret`. The client signs server tokens of one hour with it. */
        secret: string;
        token?: undefined;
      }
    | {
        /** A server token; or that of a user, as whom all calls are made then. */
        token: string;
        secret?: undefined;
      }
  );

const OPTIONS = shape<ClientOptions & { secret?: string; token?: string }>({
  ...CLIENT_OPTIONS,
  secret: optional(secretText),
  token: optional(tokenText),
});

/**
 * Makes a client for back ends and scripts. Keep it out of browsers: anybody who has the secret may do everything.
 * @throws RollcallError `INPUT_INVALID` for an invalid address, for options that are unknown or of a wrong kind, for a
 * secret of fewer than 32 bytes, and unless exactly one of secret and token is given.
 */
export function createServerClient<Custom extends object = JsonObject>(
  options: ServerClientOptions,
  ...none: undefined[]
): ServerClient<Custom> {
  const refused = refusalOf('createServerClient', [['options', OPTIONS]], [options, ...none]);
  if (refused) throw refused;
  if ((options.secret === undefined) === (options.token === undefined)) {
    throw new RollcallError(
      'INPUT_INVALID',
      'secret: must be given, or a token in its place, and not both (createServerClient)',
      {
        field: 'secret',
      },
    );
  }
  const secret = options.secret === undefined ? undefined : signingSecret(options.secret);
  const tokens = secret ? serverTokens(secret) : tokenSource(options.token as string);
  const transport = createTransport({ ...options, tokens: () => tokens });
  const { api, live, connection } = transport;
  const handlers = new Handlers<Custom>(listenerErrors(options.onError));
  const handled = new HandledEvents<Custom>(live, handlers, error =>
    connection.set({ status: 'disconnected', error }),
  );
  let streamEnd = new StreamEnd();

  const secretFor = (method: string) => {
    if (secret) return secret;
    const message = `${method} signs with the secret, but this client has only a token`;
    throw new RollcallError('INPUT_INVALID', message);
  };
  const revokeUsersToken: ServerClient['revokeUsersToken'] = async (ids, before) => {
    await answerOf(api.tokens.revoke.mutate({ ids, before }));
  };
  const calls: ServerClientCalls<Custom> = {
    upsertUser: async user => onlyUser(await upsertUsers<Custom>(api, [user])),
    upsertUsers: users => upsertUsers<Custom>(api, users),
    partialUpdateUser: async update => onlyUser(await partialUpdateUsers<Custom>(api, [update])),
    partialUpdateUsers: updates => partialUpdateUsers<Custom>(api, updates),

    queryUsers: (filter, sort, query) => queryUsers<Custom>(api, filter, sort, query),

    countUsers: (filter, options) => countUsers(api, filter, options),

    getOverview: () => answerOf(api.overview.get.query()),

    getAppSettings: () => answerOf(api.settings.get.query()),
    updateAppSettings: changes => answerOf(api.settings.update.mutate(changes)),

    createRole: name => answerOf(api.roles.create.mutate({ name })),
    listRoles: async () => (await answerOf(api.roles.list.query())).roles,
    async deleteRole(name) {
      await answerOf(api.roles.delete.mutate({ name }));
    },

    revokeUserToken: (id, before) => revokeUsersToken([id], before),
    revokeUsersToken,
    async revokeTokens(before) {
      await answerOf(api.tokens.revoke.mutate({ before }));
    },

    createToken: async (userId, how) => signUserToken(secretFor('createToken'), userId, how),
    createServerToken: async how => signServerToken(secretFor('createServerToken'), how),

    async disconnect() {
      streamEnd.end();
      streamEnd = new StreamEnd();
      handlers.clear();
      handled.stop();
      transport.close();
    },
  };
  const streams: Pick<ServerClient<Custom>, 'watchEvents' | 'watchPresence'> = {
    watchEvents: (input = {}) => watchEvents<Custom>(live, input, streamEnd),
    watchPresence: (ids, how) => watchPresence(live, ids, { ...how, streamEnd }),
  };

  return {
    api,
    connection,
    chat: productMethods(api.chat, SERVER_CHAT_METHODS),
    video: productMethods(api.video, VIDEO_METHODS),
    feeds: productMethods(api.feeds, FEEDS_METHODS),
    ...onAndOff(handlers, handled.changed),
    ...lifeCycleMethods<Custom>(api),
    ...userActionMethods<Custom>(api),
    ...taskMethods({ api, live, url: options.url, streamEnd: () => streamEnd }),
    ...moderationMethods<Custom>(api),
    ...serverBlocksMethods<Custom>(api),
    ...serverDevicesMethods(api),
    ...webhookMethods(api),
    ...checked(calls, SERVER_CLIENT_ARGUMENTS),
    ...checked(importMethods<Custom>(api), IMPORT_ARGUMENTS),
    ...checked(streams, STREAM_ARGUMENTS, raise),
    ...queryUsersAllMethod<Custom>(api),
  };
}
