import type { Position } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import type { LoggedEvent } from './logged-event.js';
import type { LogBounds } from './stored-log.js';

/** What stands at a place of the log for as long as the entry is kept, whatever is forgotten of it. */
interface Mark extends Position {
  type: string;
  at: number;
}

/**
 * What a process remembers of the log, to recognise it by. A backup that was restored under running processes, or a
 * replica that took over without the last commits, continues with the same epoch and other entries: positions handed out
 * before would be served from a log that is not theirs.
 */
export class LogIdentity {
  #end: Position | undefined;
  #mark: Mark | undefined;

  /** The furthest that anybody of this process saw. */
  get end(): Position | undefined {
    return this.#end;
  }

  /** The log was seen to reach so far. */
  sawEnd({ epoch, seq }: Position): void {
    if (this.#end?.epoch === epoch && this.#end.seq >= seq) return;
    this.#end = { epoch, seq };
  }

  /** Entries were read, oldest first; the last one of all is what the log is recognised by. */
  sawEntries(epoch: string, entries: readonly LoggedEvent[]): void {
    const last = entries.at(-1);
    if (!last || (this.#mark?.epoch === epoch && this.#mark.seq >= last.seq)) return;
    this.#mark = { epoch, seq: last.seq, type: last.type, at: last.at };
    this.sawEnd({ epoch, seq: last.seq });
  }

  /** Whether another entry stands where the last known one stood: the log went back, and has grown past it since. */
  async hasOtherEntry(transaction: Transaction, { epoch, seq, minSeq }: LogBounds): Promise<boolean> {
    const mark = this.#mark;
    if (mark?.epoch !== epoch || mark.seq < minSeq || mark.seq > seq) return false;
    const [row] = await transaction.query(sql`SELECT type, at FROM events WHERE seq = ${mark.seq}`);
    return row?.type !== mark.type || Number(row?.at) !== mark.at;
  }
}
