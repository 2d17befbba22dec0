import { type Mutation, switchedOff } from './mutation.js';

const FILE = 'packages/core/src/backup/backup-file.test.ts';
const BACKUP = 'packages/core/test/contract/backup.test.ts';
const DOCTOR = 'packages/core/test/contract/doctor.test.ts';
const WHOLE =
  'restored is the whole installation, with a new epoch, nobody online, and tasks and webhooks that can be claimed';

/** What a backup and its restoring rest on. */
export const BACKUP_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: 'packages/core/src/backup/backup-file.ts', test: FILE }, [
    [
      'the checksum of a backup',
      "if (checksum.update(end).digest('hex') !== digest) {",
      'if (checksum.update(end) === undefined) {',
      'is refused with any of its bytes changed, and any bit of its last line',
    ],
    [
      'the form of what a backup says about itself',
      'if (isHead(head)) return head;',
      'if (isHead(head) || head !== undefined) return head as BackupHead;',
      'is refused when it says nothing sensible about itself, though its checksum is right',
    ],
    [
      'the refusal of what is no file',
      'if (!(await stat(file).catch(unreadable)).isFile()) {',
      'if ((await stat(file).catch(unreadable)).isDirectory()) {',
      'is refused at once when it is a folder, a device, or a pipe into which nobody writes',
    ],
    [
      'the lengths in the last line of a backup',
      'if (dataBytes + headBytes + SEAL_BYTES !== size) {',
      'if (dataBytes + headBytes + SEAL_BYTES > size) {',
      'is refused when it is cut off anywhere, or something follows',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/backup/settle-restored.ts', test: BACKUP, engine: 'sqlite3' }, [
    [
      'the new epoch of a restored log',
      'WHERE id = 1`,',
      'WHERE id = 0`,',
      'tells a listener of before to read afresh',
    ],
    [
      'the end of the leases of tasks in a restored backup',
      "'UPDATE tasks SET lease_until = 0 WHERE lease_until IS NOT NULL',",
      '',
      WHOLE,
    ],
    [
      'the absence of everybody in a restored backup',
      "'UPDATE users SET online = false WHERE online',",
      '',
      WHOLE,
    ],
    [
      'the end of the leases of webhooks in a restored backup',
      'UPDATE webhook_endpoints SET lease_until = 0, setbacks',
      'UPDATE webhook_endpoints SET setbacks',
      WHOLE,
    ],
    [
      'the forgiven failures of webhooks in a restored backup',
      ', setbacks = 0, failing_since = NULL, paused_until = NULL',
      '',
      'does not count the time until it was restored as one in which a webhook failed',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/webhooks/plan-turn.ts', test: BACKUP, engine: 'sqlite3' }, [
    [
      'the time of the event in the id of a delivery',
      'deliveryId(endpoint, { seq, at })',
      'deliveryId(endpoint, { seq, at: 0 })',
      'lets webhooks go on: what waits is tried with its id, and what is new is no repetition to a receiver',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/backup/restore-backup.ts', test: BACKUP, engine: 'sqlite3' }, [
    [
      'the empty place that a backup is restored to',
      'if (found === undefined) return;',
      'if (found !== file || found === undefined || found === file) return;',
      'is restored to an empty place only',
    ],
    [
      'the lock of a place while a backup is restored to it',
      'FileLock.acquire(address.file, name =>',
      'FileLock.acquire(file, name =>',
      'is not restored where a server is about to start',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/backup/unfinished-file.ts', test: BACKUP, engine: 'sqlite3' }, [
    [
      'the mode of a backup',
      'const OWNER_ONLY = 0o600;',
      'const OWNER_ONLY = 0o644;',
      'can be read by its owner only, and so can what is restored',
    ],
    [
      'the care for a file that comes while a backup is made',
      'await link(this.path, this.#place);',
      'await rename(this.path, this.#place);',
      'takes the place of no file that comes meanwhile, and of no link',
    ],
    [
      'the removal of what a killed backup has left',
      'await clearUnfinished(place);',
      '',
      'takes away what a killed one has left, and keeps off what one writes that lives',
    ],
    [
      'the time for which a file of a process that seems gone stays',
      'Date.now() - mtimeMs > ABANDONED_MS',
      'mtimeMs > 0',
      'takes away what processes that have ended left in its folder a day ago or earlier',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/backup/described-data.ts', test: BACKUP, engine: 'sqlite3' }, [
    [
      'the check of the log in a backup',
      'last - oldest + 1 !== entries',
      'last - oldest + 1 < 0',
      'is not made of data of which the log says something else',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/backup/backup-sqlite.ts', test: BACKUP, engine: 'sqlite3' }, [
    [
      'the look at the tables in a backup',
      'if (tables.length < TABLES.length)',
      'if (tables.length < 2)',
      'whose checksum is right and whose data is not of Rollcall is not restored',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/backup/postgres-tools.ts', test: BACKUP, engine: 'postgres' }, [
    [
      'the version of the programs that back PostgreSQL up',
      'if (has >= needs) return has;',
      'if (has > 0) return has;',
      'refuses programs that are older than the server, and says which it takes',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/doctor/finding.ts', test: DOCTOR, engine: 'sqlite3' }, [
    [
      'the order of what the doctor finds',
      "const order: readonly FindingLevel[] = ['wrong', 'risk'];",
      "const order: readonly FindingLevel[] = ['risk', 'wrong'];",
      'have what is wrong before what is a risk',
    ],
  ]),
];
