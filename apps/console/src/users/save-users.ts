import type { ServerClient, User } from '@rollcall/client/server';
import type { UserList } from './users-page-query.js';

/** Saves users as a file of NDJSON: some by their ids, or everybody of a list. Returns how many there were. */
export async function saveUsers(
  client: ServerClient,
  which: readonly string[] | UserList,
  onProgress: (done: number) => void,
): Promise<number> {
  const lines: string[] = [];
  for await (const user of usersOf(client, which)) {
    lines.push(`${JSON.stringify(user)}\n`);
    if (lines.length % 100 === 0) onProgress(lines.length);
  }
  saveFile(new Blob(lines, { type: 'application/x-ndjson' }), 'users.ndjson');
  return lines.length;
}

function usersOf(client: ServerClient, which: readonly string[] | UserList): AsyncIterable<User> {
  if (isListOfIds(which)) {
    const all = { include_deactivated_users: true, include_deleted_users: true };
    return client.queryUsersAll({ id: { $in: [...which] } }, [], all);
  }
  const { filter, sort, deactivated, deleted } = which;
  return client.queryUsersAll(filter, sort, {
    ...(deactivated && { include_deactivated_users: true }),
    ...(deleted && { include_deleted_users: true }),
  });
}

function isListOfIds(which: readonly string[] | UserList): which is readonly string[] {
  return Array.isArray(which);
}

/** Hands a file to the browser to be saved. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url));
}
