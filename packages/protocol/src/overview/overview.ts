import type { CountUsersAnswer } from '../query/query-users.js';
import type { TaskStatus } from '../tasks/task.js';
import type { Time } from '../users/user-fields.js';

/** How an installation is doing. Numbers of the data are those of all processes; `process` is the one that answers. */
export interface Overview {
  /** When the numbers were read. Who asks again within a second gets the same. */
  at: Time;
  /** The users who are not deleted, counted to 1,000. */
  users: CountUsersAnswer & {
    /** About how many are stored, deleted ones included; where there are more than were counted. */
    estimate?: number;
  };
  /** Of the last 30 days in UTC, the oldest first, today last. */
  created: CreatedOnDay[];
  /** The users who are online, invisible ones included, counted to 10,000. */
  online: CountUsersAnswer;
  /** The tasks that are kept, by state, each counted to 1,000. */
  tasks: Record<TaskStatus, CountUsersAnswer>;
  process: ProcessRates;
  /** What an operator should know, as far as this process can tell. */
  warnings: OverviewWarning[];
}

/** The users who were created on a day and are not erased, deleted ones included, counted to 10,000. */
export interface CreatedOnDay extends CountUsersAnswer {
  /** When the day begins. */
  day: Time;
}

/** What one process has done in the last minute. */
export interface ProcessRates {
  /** When it began to count. */
  since: Time;
  /** The events that it has written, a second, on average. */
  events_per_second: number;
  /** The calls that it has taken, refused ones and subscriptions included, a second, on average. */
  calls_per_second: number;
  /** The last 60 whole seconds, the oldest first; 0 for those before it began. */
  events: number[];
  calls: number[];
}

/** Something that an operator should know. */
export interface OverviewWarning {
  code: OverviewWarningCode;
  /** What it is. */
  message: string;
  /** What to do. */
  advice: string;
}

/** Each kind of warning, and what it says. */
export const OVERVIEW_WARNINGS = {
  DEVELOPMENT_IN_NETWORK: 'The network reaches the process, and it runs without `NODE_ENV=production`.',
  ANY_ORIGIN: 'Pages of every origin may call.',
  GUESTS_IN_PRODUCTION: 'Guests are let in, in production.',
  TOKEN_WITHOUT_EXPIRY: 'A server token that never expires was used since the process started.',
  QUERY_STOPPED: 'A query of users took too long and was ended, within the last hour.',
  LISTENERS_CLOSED: 'Live connections were closed because they read too slowly, within the last hour.',
  DISK_NEARLY_FULL: 'The disk with the embedded database has less than 5 % or less than 1 GiB left.',
  WEBHOOK_DISABLED: 'A webhook was disabled because its receiver is gone, or failed for three days.',
  WEBHOOK_FAILING: 'No try to reach a webhook succeeds.',
  STORAGE_READ_ONLY: 'The last write did not reach the storage.',
} as const;

/** One kind of warning. */
export type OverviewWarningCode = keyof typeof OVERVIEW_WARNINGS;
