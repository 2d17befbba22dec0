import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { UsersSearch } from './users-search.js';

const route = getRouteApi('/users');

/** The view that the address holds, and how to change it. A view with a name loses it when something of it changes. */
export function useUsersView(): {
  search: UsersSearch;
  change(changes: UsersSearch, options?: { replace?: boolean }): void;
} {
  const search = route.useSearch();
  const navigate = useNavigate();
  return {
    search,
    change: (changes, { replace = false } = {}) => {
      // The user that is open beside the list stays open.
      const next = (before: UsersSearch) => ({ ...before, view: undefined, ...changes });
      void navigate({ to: '.', search: next as never, replace });
    },
  };
}
