import type {
  ErrorCode,
  PresenceEvent,
  RollcallError,
  RollcallEvent,
  Task,
  WatchEventsInput,
} from '@rollcall/protocol';
import type { LiveSource, Observer, PositionedPage } from '../src/transport/live-source.js';

/** One subscription that was opened: what it asked for, and the means to answer it. */
export interface OpenedRun<Item> {
  input: unknown;
  observer: Observer<Item>;
  open: boolean;
}

/** A live source whose server is the test: it records every subscription, and the test answers it. */
export class ScriptedLiveSource implements LiveSource {
  readonly runs: OpenedRun<PositionedPage>[] = [];
  readonly ephemeralRuns: OpenedRun<RollcallEvent[]>[] = [];
  readonly presenceRuns: OpenedRun<PresenceEvent[]>[] = [];
  readonly taskRuns: OpenedRun<Task>[] = [];
  /** Whether a fresh token can be had. */
  renewable = false;
  renewals = 0;
  holders = 0;

  events(input: WatchEventsInput, observer: Observer<PositionedPage>) {
    return record(this.runs, input, observer);
  }

  ephemeral(observer: Observer<RollcallEvent[]>) {
    return record(this.ephemeralRuns, undefined, observer);
  }

  presence(input: { user_ids: string[] }, observer: Observer<PresenceEvent[]>) {
    return record(this.presenceRuns, input, observer);
  }

  task(input: { task_id: string }, observer: Observer<Task>) {
    return record(this.taskRuns, input, observer);
  }

  renewToken(code: ErrorCode): boolean {
    const renews = this.renewable && code === 'TOKEN_EXPIRED';
    if (renews) this.renewals += 1;
    return renews;
  }

  /** The codes of what its subscriptions wait for, in order; undefined where one waits no more. */
  readonly waits: (ErrorCode | undefined)[] = [];

  wait(_: object, error?: RollcallError): void {
    this.waits.push(error?.code);
  }

  hold() {
    this.holders += 1;
    let held = true;
    return {
      unsubscribe: () => {
        if (held) this.holders -= 1;
        held = false;
      },
    };
  }

  /** The inputs of every run so far. */
  get inputs(): unknown[] {
    return this.runs.map(run => run.input);
  }

  /** The run that is open; there must be exactly one. */
  get current(): OpenedRun<PositionedPage> {
    const open = this.runs.filter(run => run.open);
    if (open.length !== 1) throw new Error(`${open.length} runs are open`);
    return open[0]!;
  }

  /** Answers the open run with a page that reaches to number `upTo`, of the epoch `log` or another. */
  page(
    upTo: number,
    events: RollcallEvent[] = [],
    { epoch = 'log', ...more }: { resync?: true; epoch?: string } = {},
  ): void {
    const inEpoch = events.map(event => ({ ...event, id: event.id?.replace('log', epoch) }) as RollcallEvent);
    this.current.observer.onData({ id: `${epoch}.${upTo}`, data: { events: inEpoch, ...more } });
  }
}

function record<Item>(runs: OpenedRun<Item>[], input: unknown, observer: Observer<Item>) {
  const run: OpenedRun<Item> = { input, observer, open: true };
  runs.push(run);
  return {
    unsubscribe: () => {
      run.open = false;
    },
  };
}

/** The update of a user at a position of the log. */
export function updated(seq: number, userId = 'jane'): RollcallEvent {
  return {
    id: `log.${seq}`,
    type: 'user.updated',
    created_at: seq,
    actor: { type: 'server' },
    user: {
      id: userId,
      role: 'user',
      teams: [],
      custom: {},
      invisible: false,
      banned: false,
      online: false,
      created_at: 0,
      updated_at: seq,
      revision: seq,
    },
    changes: {},
  };
}
