/** The forms of the ids that Rollcall makes: of a hard-deleted user, and of the owner of what such a user has left. */
const TOMBSTONE = /^deleted-[0-9a-f]{32}$/;
const LEFT_OWNER = /^delete-user-[0-9a-f]{16}$/;

/** What an error says about an id of the system. */
export const SYSTEM_ID_PROBLEM =
  'deleted-<32 hexadecimal digits> and delete-user-<16 hexadecimal digits> are ids of the system; nobody can have one';

/** Whether an id has the form of a tombstone. A user from before these ids were reserved may have one, too. */
export function isTombstone(id: string): boolean {
  return TOMBSTONE.test(id);
}

/** Whether an id has a form that only the system makes (docs/contract/users.md). Reading such a user stays possible. */
export function isSystemId(id: string): boolean {
  return TOMBSTONE.test(id) || LEFT_OWNER.test(id);
}
