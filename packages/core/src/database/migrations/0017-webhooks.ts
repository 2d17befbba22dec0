import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/** The endpoints of webhooks, which are cursors in the event log, and what was delivered to them. */
export class Webhooks0017 implements MigrationInterface {
  readonly name = 'Webhooks0000000000017';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer, json } = columnTypes(runner);
    await runner.query(`CREATE TABLE webhook_endpoints (
      id ${text} PRIMARY KEY NOT NULL,
      url ${text} NOT NULL,
      types ${json},
      filter ${json},
      rate_limit ${integer},
      description ${text},
      secret ${text} NOT NULL,
      previous_secret ${text},
      previous_until ${integer},
      disabled_reason ${text},
      created_at ${integer} NOT NULL,
      updated_at ${integer} NOT NULL,
      revision ${integer} NOT NULL,
      seq ${integer} NOT NULL,
      sequence ${integer} NOT NULL,
      round ${integer} NOT NULL,
      waiting ${integer} NOT NULL,
      due_at ${integer},
      setbacks ${integer} NOT NULL,
      failing_since ${integer},
      paused_until ${integer},
      lease_until ${integer} NOT NULL,
      fence ${integer} NOT NULL
    )`);
    await runner.query(`CREATE TABLE webhook_deliveries (
      id ${text} PRIMARY KEY NOT NULL,
      endpoint_id ${text} NOT NULL,
      sequence ${integer} NOT NULL,
      event_seq ${integer},
      event_type ${text} NOT NULL,
      status ${text} NOT NULL,
      attempt ${integer} NOT NULL,
      attempts ${json} NOT NULL,
      answers ${json},
      next_attempt_at ${integer},
      created_at ${integer} NOT NULL
    )`);
    await runner.query(
      'CREATE INDEX webhook_deliveries_page ON webhook_deliveries (endpoint_id, created_at, sequence, id)',
    );
    await runner.query(
      "CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (endpoint_id, sequence) WHERE status = 'pending'",
    );
    await runner.query('CREATE INDEX webhook_deliveries_created_at ON webhook_deliveries (created_at)');
    await runner.query(
      'CREATE INDEX webhook_deliveries_answers ON webhook_deliveries (event_seq) WHERE answers IS NOT NULL',
    );
  }

  async down(): Promise<void> {
    throw new Error('the endpoints and their secrets are not thrown away; restore a backup instead');
  }
}
