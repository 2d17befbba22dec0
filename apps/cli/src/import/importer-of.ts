import type { ServerClient, UserAsIs } from '@rollcall/client/server';
import type { UpsertUserInput } from '@rollcall/protocol';
import type { UserImporter } from './import-rows.js';

/** The importer of a client, for both kinds of input: the rows are read from a file, and the server checks them. */
export function importerOf(client: ServerClient): UserImporter {
  return {
    importUsers: (users, { as_is, onError, ...options }) =>
      as_is
        ? client.importUsers(users as AsyncIterable<UserAsIs>, {
            ...options,
            as_is,
            onError: ({ user, error }) => onError({ user: user as UpsertUserInput, error }),
          })
        : client.importUsers(users, { ...options, onError }),
  };
}
