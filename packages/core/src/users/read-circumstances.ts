import type { AppSettings, Position } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import { eventStreamTable } from '../events/event-tables.js';
import { boundsOf } from '../events/stored-log.js';
import { settingsOf } from '../settings/settings.js';

/** What a transaction on users begins with: the settings, and the end of the event log, with one statement. */
export async function readCircumstances(
  transaction: Transaction,
): Promise<{ settings: AppSettings; position: Position }> {
  const { dialect } = transaction;
  const [cells] = await transaction.query(
    sql`SELECT app_settings.settings, ${raw(eventStreamTable.columnList)} FROM app_settings, event_stream WHERE app_settings.id = 1`,
  );
  const { epoch, seq } = boundsOf(cells, dialect);
  return { settings: settingsOf(cells, dialect), position: { epoch, seq } };
}
