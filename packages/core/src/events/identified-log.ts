import { formatPosition, type Position } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { ReadLane } from '../database/read-lane.js';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import type { LoggedEvent } from './logged-event.js';
import { type LogBounds, readBounds, renewEpoch } from './stored-log.js';

/** What stands at one position of the log for as long as the entry is kept, whatever is erased from it. */
interface Mark extends Position {
  type: string;
  at: number;
}

/** What an identified log works with. */
export interface IdentifiedLogOptions {
  unitOfWork: UnitOfWork;
  /** Called when the log turned out to be another one: what was read of the old one is worth nothing. */
  onReplaced: () => void;
  onError: (error: unknown, context: string) => void;
}

/**
 * The event log, read so that a log that went back is noticed. A backup that was restored under running processes, or a
 * replica that took over without the last commits, goes on with the same epoch and other entries: positions that were
 * handed out before would be served from a log that they do not belong to. So a process remembers the identity of its
 * log: how far it reached, and one of its entries. A log that does not match gets a new epoch from the process that
 * notices first.
 */
export class IdentifiedLog {
  readonly #options: IdentifiedLogOptions;
  #end: Position | undefined;
  #mark: Mark | undefined;

  constructor(options: IdentifiedLogOptions) {
    this.#options = options;
  }

  /** The furthest position that this process saw. */
  get end(): Position | undefined {
    return this.#end;
  }

  /** Entries were read, oldest first. The log is recognised by the last entry that was ever read. */
  sawEntries(epoch: string, entries: readonly LoggedEvent[]): void {
    const last = entries.at(-1);
    if (!last || (this.#mark?.epoch === epoch && this.#mark.seq >= last.seq)) return;
    this.#mark = { epoch, seq: last.seq, type: last.type, at: last.at };
    this.#sawEnd({ epoch, seq: last.seq });
  }

  /**
   * Reads from the log. A log that went back is renewed first, and `work` reads it with its new epoch.
   * @param options.onBegin called when the read begins: what is committed later may be missing from it.
   * @param options.lane how it is served; default `lookup`.
   */
  async read<Result>(
    work: (transaction: Transaction, bounds: LogBounds) => Promise<Result>,
    { onBegin, lane }: { onBegin?: () => void; lane?: ReadLane } = {},
  ): Promise<Result> {
    for (;;) {
      const knownWhenAsked = this.#end;
      let known: Position | undefined;
      const look = await this.#options.unitOfWork.read(async transaction => {
        onBegin?.();
        // What was seen before this read began must be in it. A replica may lack what was seen since the read was asked for.
        known = transaction.atReplica ? knownWhenAsked : this.#end;
        const bounds = await readBounds(transaction);
        if (await this.#isAnother(transaction, bounds, known)) return 'another';
        const result = await work(transaction, bounds);
        this.#sawEnd(bounds);
        return { result };
      }, lane);
      if (look !== 'another') return look.result;
      await this.#renew(known);
    }
  }

  #sawEnd({ epoch, seq }: Position): void {
    if (this.#end?.epoch === epoch && this.#end.seq >= seq) return;
    this.#end = { epoch, seq };
  }

  /** Whether this is not the log that was known, although it has the same epoch. */
  async #isAnother(transaction: Transaction, bounds: LogBounds, known?: Position): Promise<boolean> {
    if (known?.epoch !== bounds.epoch || known.seq === bounds.seq) return false;
    return bounds.seq < known.seq || this.#hasOtherEntry(transaction, bounds);
  }

  /** Whether another entry stands in the place of the remembered one: the log went back, and has outgrown it since. */
  async #hasOtherEntry(transaction: Transaction, { epoch, seq, minSeq }: LogBounds): Promise<boolean> {
    const mark = this.#mark;
    if (mark?.epoch !== epoch || mark.seq < minSeq || mark.seq > seq) return false;
    const [row] = await transaction.query(sql`SELECT type, at FROM events WHERE seq = ${mark.seq}`);
    return row?.type !== mark.type || Number(row?.at) !== mark.at;
  }

  async #renew(known: Position | undefined): Promise<void> {
    const { unitOfWork, onReplaced, onError } = this.#options;
    const only = known?.epoch;
    const renewed = await unitOfWork.write(transaction => renewEpoch(transaction, only));
    this.#end = undefined;
    this.#mark = undefined;
    onReplaced();
    if (!renewed) return;
    const message = `the event log went back from ${known && formatPosition(known)}: a backup was restored, or a replica took over without the last commits; the log goes on as ${formatPosition(renewed)}, and every listener reads afresh`;
    onError(new Error(message), 'reading the event log');
  }
}
