import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/**
 * Which timeline of PostgreSQL the event log is on, and the epochs that ended when a standby took over. A position of such an
 * epoch leads on up to `last_seq`.
 */
export class Timelines0019 implements MigrationInterface {
  readonly name = 'Timelines0000000000019';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer } = columnTypes(runner);
    await runner.query(`ALTER TABLE event_stream ADD COLUMN timeline ${text}`);
    await runner.query(
      `CREATE TABLE past_epochs (epoch ${text} PRIMARY KEY NOT NULL, last_seq ${integer} NOT NULL)`,
    );
  }

  async down(): Promise<void> {
    throw new Error('listeners hold positions of epochs that have ended; they are not taken away');
  }
}
