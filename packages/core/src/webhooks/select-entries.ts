import { type ParsedFilter, parseFilter, type RollcallEvent, type UserEvent } from '@rollcall/protocol';
import { isUserEvent, type LoggedEvent } from '../events/logged-event.js';
import { isFoundByDefault } from '../query/is-found.js';
import { compileMatcher, type Matcher } from '../query/match-filter.js';
import { MatchSubject } from '../query/match-subject.js';
import type { EndpointRow } from './endpoint-table.js';

/** What an endpoint receives of the log (docs/contract/webhooks.md). It sees all of a user, as a server token does. */
export class EntrySelection {
  readonly #made: string;
  readonly #types: ReadonlySet<string> | undefined;
  readonly #matches: Matcher | undefined;

  constructor({ types, filter }: Pick<EndpointRow, 'types' | 'filter'>) {
    this.#made = JSON.stringify([types, filter]);
    this.#types = types && new Set(types);
    const parsed: ParsedFilter | undefined = filter && parseFilter(filter, { server: true });
    this.#matches = parsed && compileMatcher(parsed);
  }

  /** The same selection if the endpoint still has it, otherwise the one that it has now. */
  of({ types, filter }: Pick<EndpointRow, 'types' | 'filter'>): EntrySelection {
    return JSON.stringify([types, filter]) === this.#made
      ? this
      : new EntrySelection({ ...(types && { types }), ...(filter && { filter }) });
  }

  /** Whether the endpoint receives an entry, as it stands in the log now. */
  selects(entry: LoggedEvent): boolean {
    if (this.#types && !this.#types.has(entry.type)) return false;
    if (!this.#matches) return true;
    const matched = this.#judge(entry);
    return matched !== undefined && (matched.before || matched.after);
  }

  /** The event as the endpoint receives it: with a filter it says whether the user matched before and after. */
  shown(entry: LoggedEvent): RollcallEvent {
    const matched = this.#matches && this.#judge(entry);
    return matched ? { ...(entry.full as UserEvent), matched } : entry.full;
  }

  /** As for a listener (`router/shared-filters.ts`): matched means found by a query with the filter. */
  #judge(entry: LoggedEvent): { before: boolean; after: boolean } | undefined {
    const { full, userBefore } = entry;
    if (!isUserEvent(full)) return undefined;
    return {
      // Nobody knows any more whether an erased user matched. It does not now, and a receiver that has it has to drop it.
      before: entry.erasedDeletion || this.#finds(userBefore, entry.at),
      after: this.#finds(full.user, entry.at),
    };
  }

  #finds(user: UserEvent['user'] | undefined, at: number): boolean {
    if (!user || !this.#matches || !isFoundByDefault(user)) return false;
    return this.#matches(new MatchSubject(user, at));
  }
}
