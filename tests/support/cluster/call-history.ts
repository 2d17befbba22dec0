import { RollcallError } from '@rollcall/protocol';

/**
 * - `ok`: the server said that it is done.
 * - `failed`: the server said that nothing was changed.
 * - `unknown`: no answer, or one that does not say: it may be done, now or later, as a whole.
 */
type Outcome = 'ok' | 'failed' | 'unknown';

/** One write, as the one who asked for it saw it. */
export interface Call<Answer = unknown> {
  /** Like no other; users that are written carry it. */
  mark: string;
  kind: string;
  /** The users whom it concerns. */
  ids: readonly string[];
  /** The process that was asked. */
  node: string;
  startedAt: number;
  endedAt: number;
  outcome: Outcome;
  answer?: Answer;
  error?: RollcallError;
}

/** What is asked for: everything that a call has before it is made. */
export type Asked = Pick<Call, 'mark' | 'kind' | 'ids' | 'node'>;

/** Who gets no answer within this time counts the call as lost; it may still be done. */
const ANSWER_WITHIN_MS = 10_000;

/** Everything that writers asked for and what came of it. */
export class CallHistory {
  readonly calls: Call[] = [];

  /** Makes one call and notes it. It never throws. */
  async make<Answer>(asked: Asked, call: () => Promise<Answer>): Promise<Call<Answer>> {
    const startedAt = performance.now();
    const seen = await inTime(call()).then(
      (answer): Partial<Call<Answer>> => ({ outcome: 'ok', answer }),
      (thrown: unknown): Partial<Call<Answer>> => {
        const error = thrown as RollcallError;
        return { outcome: outcomeOf(error), error };
      },
    );
    const made = { ...asked, startedAt, endedAt: performance.now(), ...seen } as Call<Answer>;
    this.calls.push(made);
    return made;
  }

  ofKind<Answer>(kind: string): Call<Answer>[] {
    return this.calls.filter(call => call.kind === kind) as Call<Answer>[];
  }

  /** How many calls there were, by kind and outcome. */
  get summary(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { kind, outcome, error } of this.calls) {
      const name = `${kind} ${outcome}${error ? ` ${error.code}` : ''}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }
}

/** The answer, or `UNAVAILABLE` when it does not come in time. */
export function inTime<Answer>(answer: Promise<Answer>, withinMs = ANSWER_WITHIN_MS): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RollcallError('UNAVAILABLE', 'no answer came in time')), withinMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof RollcallError)) throw error;
  // Every other code is a decision of the server; of these two only the message can say that nothing was changed.
  const inDoubt = error.code === 'UNAVAILABLE' || error.code === 'INTERNAL';
  return inDoubt && !error.message.includes('nothing was changed') ? 'unknown' : 'failed';
}
