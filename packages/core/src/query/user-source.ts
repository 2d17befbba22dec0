import { raw, type Sql } from 'sql-template-tag';

/** What a query of users stands on: what is in FROM, and where the time of creation and the id are in the order of an index. */
export interface UserSource {
  from: Sql;
  createdAt: Sql;
  id: Sql;
}

/** All users, as their table has them. */
export const ALL_USERS: UserSource = {
  from: raw('users'),
  createdAt: raw('users.created_at'),
  id: raw('users.id'),
};
