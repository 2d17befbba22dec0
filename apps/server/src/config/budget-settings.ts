import { type BudgetLimits, CALLER_BUDGETS } from '@rollcall/protocol';
import { type Setting, wholeNumber } from './setting.js';

/** Whose budget it is: that of a user, a guest or an anonymous caller, or that of a server token. */
type Kind = keyof typeof CALLER_BUDGETS;

/** The name of a limit in `Config`. */
type Key<
  Of extends Kind,
  Limit extends keyof BudgetLimits = keyof BudgetLimits,
> = `${Of}${Capitalize<Limit>}`;

/** One limit of a budget: the end of its name, what it does, and the values that are accepted. */
interface Row {
  name: string;
  does: (who: string) => string;
  from: number;
  to: number;
}

const ROWS: Record<keyof BudgetLimits, Row> = {
  subscriptions: {
    name: 'SUBSCRIPTIONS',
    does: who =>
      `How many subscriptions ${who} may have at a time, over all its connections.${who === 'a user' ? ' Guests and callers without a user count by address.' : ''}`,
    from: 1,
    to: 100_000,
  },
  liveFilters: {
    name: 'LIVE_FILTERS',
    does: who => `How many different filters the subscriptions of ${who} may have together.`,
    from: 1,
    to: 100_000,
  },
  liveFilterBytes: {
    name: 'LIVE_FILTER_BYTES',
    does: who => `How many bytes of JSON these filters of ${who} may be together.`,
    from: 1024,
    to: 64 * 1024 * 1024,
  },
  watchedIdBytes: {
    name: 'WATCHED_ID_BYTES',
    does: who =>
      `How many bytes the ids of the users whom the connections of ${who} watch may be together. An id counts once for each connection, with 64 bytes beside its own.`,
    from: 1024,
    to: 1024 * 1024 * 1024,
  },
  requestBytes: {
    name: 'REQUEST_BYTES',
    does: who =>
      `How many bytes the requests of ${who} may be together that arrive, wait, run or are being answered.`,
    from: 64 * 1024,
    to: 1024 * 1024 * 1024,
  },
  runningQueries: {
    name: 'RUNNING_QUERIES',
    does: who => `How many queries of ${who} may run at a time; the next ones wait.`,
    from: 1,
    to: 1000,
  },
  filterValues: {
    name: 'FILTER_VALUES',
    does: who => `How many values one filter of ${who} may have, all its comparisons together.`,
    from: 1,
    to: 1_000_000,
  },
  queryMs: {
    name: 'QUERY_MS',
    does: who => `How long one query of ${who} may run, in milliseconds.`,
    from: 1,
    to: 600_000,
  },
};

const LIMIT_NAMES = Object.keys(ROWS) as (keyof BudgetLimits)[];

function keyOf<Of extends Kind>(kind: Of, limit: keyof BudgetLimits): Key<Of> {
  return `${kind}${limit.charAt(0).toUpperCase()}${limit.slice(1)}` as Key<Of>;
}

/**
 * The settings of a budget, a row for each of its limits.
 * @param who whom the limits are for, in the words of the documentation.
 */
export function budgetSettings<Of extends Kind>(kind: Of, who: string): Record<Key<Of>, Setting<number>> {
  const rows = LIMIT_NAMES.map((limit): [string, Setting<number>] => {
    const { name, does, from, to } = ROWS[limit];
    const standard = CALLER_BUDGETS[kind][limit];
    return [
      keyOf(kind, limit),
      {
        name: `ROLLCALL_${kind.toUpperCase()}_${name}`,
        does: does(who),
        default: String(standard),
        fallback: () => standard,
        schema: wholeNumber(from, to),
      },
    ];
  });
  return Object.fromEntries(rows) as Record<Key<Of>, Setting<number>>;
}

/** The budgets of users and of server tokens, as the settings give them. */
export function budgetsOf(config: Readonly<Record<Key<Kind>, number>>): Record<Kind, BudgetLimits> {
  const budget = (kind: Kind) =>
    Object.fromEntries(
      LIMIT_NAMES.map(limit => [limit, config[keyOf(kind, limit)]]),
    ) as unknown as BudgetLimits;
  return { client: budget('client'), server: budget('server') };
}
