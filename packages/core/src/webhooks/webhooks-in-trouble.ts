import type { WebhookDisabledReason } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';

/** An endpoint that receives nothing although nobody wanted that. */
export interface WebhookInTrouble {
  /** What it is called: its description, or the host of its address. The rest of an address may hold a secret. */
  name: string;
  /** Absent: it is asked again and again. */
  disabled?: Exclude<WebhookDisabledReason, 'requested'>;
  /** Since when every try has failed. */
  failingSince?: number;
}

/** The endpoints that fail, and those that were disabled because they did; oldest first. There are few endpoints. */
export async function webhooksInTrouble(transaction: Transaction): Promise<WebhookInTrouble[]> {
  const rows = await transaction.query(
    sql`SELECT url, description, disabled_reason, failing_since FROM webhook_endpoints
      WHERE disabled_reason IN ('gone', 'failing') OR (disabled_reason IS NULL AND failing_since IS NOT NULL)
      ORDER BY created_at, id`,
  );
  return rows.map(({ url, description, disabled_reason, failing_since }): WebhookInTrouble => {
    const disabled = disabled_reason as WebhookInTrouble['disabled'] | null;
    return {
      name: (description as string | null) ?? new URL(url as string).host,
      ...(disabled !== null && disabled !== undefined && { disabled }),
      ...(failing_since !== null && { failingSince: Number(failing_since) }),
    };
  });
}
