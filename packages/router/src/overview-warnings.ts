import type { DirectoryOverview } from '@rollcall/core';
import type { OverviewWarning, OverviewWarningCode } from '@rollcall/protocol';
import type { TooSlowCount } from './outlets.js';

/** What the host knows of itself, as far as an operator has to. */
export interface HostFacts {
  environment: 'development' | 'production';
  /** Whether the network reaches the process, and not only its own machine. */
  isInNetwork: boolean;
  /** Whether pages of every origin may call. */
  takesAnyOrigin: boolean;
}

/** What warnings are made of. Nothing is guessed: what a process cannot know gives none. */
export interface WarningSources {
  known: Pick<DirectoryOverview, 'guestsAreLetIn' | 'stopped' | 'disk' | 'isWritable' | 'webhooksInTrouble'>;
  facts: HostFacts;
  closedAsTooSlow: TooSlowCount | undefined;
  /** When a server token without an expiry was used last, epoch milliseconds; absent: never. */
  everlastingTokenAt: number | undefined;
}

const GIB = 1024 ** 3;
const HOUR_MS = 60 * 60 * 1000;

/** A disk with less than this much left, or less than this part of it, is nearly full. */
const LEAST_ROOM = { bytes: GIB, part: 0.05 };

type Say = (sources: WarningSources, now: number) => Omit<OverviewWarning, 'code'>[];

/** One entry for each kind, the worst first. */
const SAYINGS: Record<OverviewWarningCode, Say> = {
  STORAGE_READ_ONLY: ({ known }) =>
    when(!known.isWritable, {
      message: 'The last write did not reach the storage, so writes are refused.',
      advice: 'Look at the log of the server, and make room on the disk or bring the database back.',
    }),
  DISK_NEARLY_FULL: ({ known: { disk } }) =>
    when(disk !== undefined && (disk.free < LEAST_ROOM.bytes || disk.free < LEAST_ROOM.part * disk.total), {
      message: `The disk with the database has ${gib(disk?.free)} left of ${gib(disk?.total)}.`,
      advice: 'Make room before it is full: then writes are refused.',
    }),
  WEBHOOK_DISABLED: ({ known }) => {
    const disabled = known.webhooksInTrouble.filter(one => one.disabled !== undefined);
    const words = { gone: 'answered that it is gone', failing: 'nothing reached it for three days' };
    return when(disabled.length > 0, {
      message: `${webhooks(disabled.length)} ${verb(disabled.length, 'receive')} nothing any more: ${named(disabled, one => words[one.disabled ?? 'gone'])}.`,
      advice:
        'Bring the receiver back or change the address, then enable the webhook: it goes on where it stopped.',
    });
  },
  WEBHOOK_FAILING: ({ known }) => {
    const failing = known.webhooksInTrouble.filter(one => one.disabled === undefined);
    return when(failing.length > 0, {
      message: `${webhooks(failing.length)} ${verb(failing.length, 'fail')}: ${named(failing, one => `since ${timeOf(one.failingSince)}`)}.`,
      advice:
        'The deliveries say what a receiver answers. After three days of failures a webhook is disabled.',
    });
  },
  DEVELOPMENT_IN_NETWORK: ({ facts }) =>
    when(facts.environment !== 'production' && facts.isInNetwork, {
      message:
        'The network reaches this process, and it runs with what suits a developer: guests, and pages of localhost.',
      advice: 'Set NODE_ENV=production.',
    }),
  ANY_ORIGIN: ({ facts }) =>
    when(facts.takesAnyOrigin, {
      message: 'Pages of every origin may call (ROLLCALL_ALLOWED_ORIGINS is *).',
      advice: 'List the origins of your own pages there.',
    }),
  GUESTS_IN_PRODUCTION: ({ known, facts }) =>
    when(facts.environment === 'production' && known.guestsAreLetIn, {
      message: 'Everybody who reaches the server may make a user: guests are let in.',
      advice: 'Set guests_enabled to false, unless your product is for guests.',
    }),
  TOKEN_WITHOUT_EXPIRY: ({ everlastingTokenAt: at }) =>
    when(at !== undefined, {
      message: `A server token that never expires was used, last at ${timeOf(at)}.`,
      advice:
        'Sign server tokens that expire (createServerToken, or rollcall token --server), and revoke the old ones.',
    }),
  QUERY_STOPPED: ({ known: { stopped } }) =>
    stopped.map(({ paths, count, lastAt }) => {
      const which = paths.length > 0 ? ` that search by ${paths.join(', ')}` : '';
      return {
        message: `Queries of users${which} took too long and were ended: ${count}, the last at ${timeOf(lastAt)}.`,
        advice:
          paths.length > 0
            ? `Add to the setting indexed_custom_fields: ${paths.join(', ')}.`
            : 'Narrow them: fewer values and clauses, or a clause that few users match.',
      };
    }),
  LISTENERS_CLOSED: ({ closedAsTooSlow: closed }, now) =>
    when(closed !== undefined && now - closed.lastAt < HOUR_MS, {
      message: `Live connections that read too slowly were closed: ${closed?.count}, the last at ${timeOf(closed?.lastAt)}.`,
      advice:
        'They resume by themselves. If it goes on, let them watch less, or look at the network in between.',
    }),
};

/** What an operator should know. */
export function overviewWarnings(sources: WarningSources, now = Date.now()): OverviewWarning[] {
  return Object.entries(SAYINGS).flatMap(([code, say]) =>
    say(sources, now).map(said => ({ code: code as OverviewWarningCode, ...said })),
  );
}

function when(holds: boolean, said: Omit<OverviewWarning, 'code'>): Omit<OverviewWarning, 'code'>[] {
  return holds ? [said] : [];
}

type InTrouble = WarningSources['known']['webhooksInTrouble'][number];

/** So many are named. */
const NAMED = 3;

function webhooks(count: number): string {
  return `${count} ${count === 1 ? 'webhook' : 'webhooks'}`;
}

function verb(count: number, plural: string): string {
  return count === 1 ? `${plural}s` : plural;
}

function named(some: readonly InTrouble[], wordsOf: (one: InTrouble) => string): string {
  const told = some.slice(0, NAMED).map(one => `${one.name} (${wordsOf(one)})`);
  const others = some.length - told.length;
  return [...told, ...(others > 0 ? [`and ${others} more`] : [])].join(', ');
}

function gib(bytes = 0): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

function timeOf(at = 0): string {
  return new Date(at).toISOString();
}
