/** What the server hands over to the page, beside its HTML. */
import type { SortKey, User } from '@rollcall/client';

/** All that is in it is in the page, so there is nothing in it that its reader may not see. */
export interface First {
  /** Where the browser finds Rollcall. */
  url: string;
  me: User;
  users: User[];
}

/** The list that the server reads is the list that the browser follows. */
export const NEWEST_FIRST: SortKey[] = [{ field: 'created_at', direction: -1 }];
export const PAGE_SIZE = 30;

export const FIRST_ID = 'first';

/** JSON that may stand in a script element: without `<` nothing in it ends the element or begins a comment. */
export const inScript = (first: First): string => JSON.stringify(first).replaceAll('<', '\\u003c');
