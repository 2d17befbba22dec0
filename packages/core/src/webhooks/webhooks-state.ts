import sql from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';

/** How the webhooks of an installation stand, in all processes together. */
export interface WebhooksState {
  /**
   * How many there are in each state. `failing`: active, and nothing has reached it since a try failed. `stopped`: disabled because
   * it failed for days, or answered that it is gone. `disabled`: somebody disabled it.
   */
  endpoints: Record<'active' | 'failing' | 'stopped' | 'disabled', number>;
  /** Deliveries that wait for another try, or for an earlier one about the same user. */
  waiting: number;
  /** How old the oldest event is that an active webhook has not come to. 0: there is none. */
  lagMs: number;
}

/** Reads it with two short statements. */
export async function readWebhooksState(transaction: Transaction): Promise<WebhooksState> {
  const rows = await transaction.query(
    sql`SELECT state, count(*) AS count, sum(waiting) AS waiting, min(seq) AS seq FROM (
        SELECT waiting, seq, CASE
          WHEN disabled_reason = 'requested' THEN 'disabled'
          WHEN disabled_reason IS NOT NULL THEN 'stopped'
          WHEN failing_since IS NOT NULL THEN 'failing'
          ELSE 'active' END AS state
        FROM webhook_endpoints
      ) AS endpoints GROUP BY state`,
  );
  const count = (state: string) => Number(rows.find(one => one.state === state)?.count ?? 0);
  const atWork = rows.filter(({ state }) => state === 'active' || state === 'failing');
  const behind = atWork.reduce((least, { seq }) => Math.min(least, Number(seq)), Number.POSITIVE_INFINITY);
  const [next] = Number.isFinite(behind)
    ? await transaction.query(sql`SELECT at FROM events WHERE seq > ${behind} ORDER BY seq LIMIT 1`)
    : [];
  return {
    endpoints: {
      active: count('active'),
      failing: count('failing'),
      stopped: count('stopped'),
      disabled: count('disabled'),
    },
    waiting: rows.reduce((sum, { waiting }) => sum + Number(waiting), 0),
    lagMs: next ? Math.max(0, transaction.now - Number(next.at)) : 0,
  };
}
