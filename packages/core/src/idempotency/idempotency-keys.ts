import { RollcallError } from '@rollcall/protocol';
import type { CarryOut, UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { checkRoom, findKeptAnswer, keepAnswer } from './kept-answers.js';
import { type CallName, type KeyedCall, nameCall } from './keyed-call.js';

/** The answer of a call with a key. */
export interface OnceAnswer {
  answer: unknown;
  /** Whether the call had been carried out before. */
  isRepeat: boolean;
}

/** Carries the answer of an earlier call past the rest of a later one. */
class CarriedOutBefore extends Error {
  readonly answer: unknown;

  constructor(answer: unknown) {
    super('the call was carried out before');
    this.answer = answer;
  }
}

/**
 * Carries out calls with a key once, however often they come, and wherever processes are killed: the row of the key, with the
 * answer, is written in the transaction of the change. So an effect and its key stand or fall together, and a call that was refused
 * leaves no key behind.
 */
export class IdempotencyKeys {
  readonly #unitOfWork: UnitOfWork;
  /** The calls that run in this process. */
  readonly #running = new Set<string>();

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /**
   * Carries a call out within one transaction, which everything that it reads and writes belongs to.
   * @param work may run again from the start, as the work of any transaction.
   * @throws RollcallError `IDEMPOTENCY_RUNNING` while the call runs, `IDEMPOTENCY_CONFLICT` when the key belongs to another one;
   * `USER_DELETED` or `PAYLOAD_TOO_LARGE` when it was carried out and its answer was not kept; `RATE_LIMITED`; or what the work throws.
   */
  async once(call: KeyedCall, work: () => Promise<unknown>): Promise<OnceAnswer> {
    const name = nameCall(call);
    return this.#alone(name, () =>
      this.#unitOfWork.write(transaction => carryOut(transaction, { name, call }, work)),
    );
  }

  /**
   * The same for a call that has more to do than what a transaction may wait for.
   * @param work is given what carries out the one part that changes data, whose answer is that of the call.
   */
  async onceWithin(call: KeyedCall, work: (once: CarryOut) => Promise<unknown>): Promise<OnceAnswer> {
    const name = nameCall(call);
    const before = () => this.#unitOfWork.read(transaction => findKeptAnswer(transaction, name));
    return this.#alone(name, async () => {
      const kept = await before();
      if (kept) return { ...kept, isRepeat: true };
      const once: CarryOut = async change => {
        const { answer, isRepeat } = await this.#unitOfWork.write(transaction =>
          carryOut(transaction, { name, call }, change),
        );
        if (isRepeat) throw new CarriedOutBefore(answer);
        return answer as Awaited<ReturnType<typeof change>>;
      };
      try {
        return { answer: await work(once), isRepeat: false };
      } catch (error) {
        // It may be refused because of what another process has done for it meanwhile.
        const done = error instanceof CarriedOutBefore ? error : await before();
        if (done) return { answer: done.answer, isRepeat: true };
        throw error;
      }
    });
  }

  async #alone<Result>({ id }: CallName, run: () => Promise<Result>): Promise<Result> {
    if (this.#running.has(id)) throw stillRunning();
    this.#running.add(id);
    try {
      return await run();
    } finally {
      this.#running.delete(id);
    }
  }
}

async function carryOut(
  transaction: WriteTransaction,
  { name, call }: { name: CallName; call: KeyedCall },
  change: () => Promise<unknown>,
): Promise<OnceAnswer> {
  // Another process on the same database may be at it.
  if (!(await transaction.tryLock(`idempotency ${name.id}`))) throw stillRunning();
  const kept = await findKeptAnswer(transaction, name);
  if (kept) return { ...kept, isRepeat: true };
  await checkRoom(transaction, call.userId);
  const answer = await change();
  await keepAnswer(transaction, name, { call, answer });
  return { answer, isRepeat: false };
}

function stillRunning(): RollcallError {
  const message = 'idempotency-key: the call with this key is still running; try again in a moment';
  return new RollcallError('IDEMPOTENCY_RUNNING', message, { field: 'idempotency-key', retry_after: 1 });
}
