import type { User } from '@rollcall/protocol';
import { terminalText } from '../output/terminal-text.js';

/** The headings of {@link userCells}. */
export const USER_HEADING = ['ID', 'NAME', 'ROLE', 'TEAMS', 'STATE', 'UPDATED'];

/** A user as one line of a table. */
export function userCells(user: User): string[] {
  return [
    user.id,
    terminalText(user.name ?? ''),
    user.role,
    terminalText(user.teams.join(';')),
    stateOf(user),
    new Date(user.updated_at).toISOString(),
  ];
}

function stateOf(user: User): string {
  if (user.deleted_at !== undefined) return 'deleted';
  if (user.deactivated_at !== undefined) return 'deactivated';
  if (user.banned) return 'banned';
  return user.online ? 'online' : 'offline';
}

/** A whole user for a person: JSON over several lines. */
export function userLines(user: User): string[] {
  // JSON escapes the control characters below the space. terminalText replaces the others.
  return JSON.stringify(user, null, 2).split('\n').map(terminalText);
}
