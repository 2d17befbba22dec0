import type { Dice } from './dice.js';
import type { Step, StepInput } from './step.js';

/** A listener of her own: nothing that the program does shuts her out or moves her to another team. */
export const EVE = 'eve';

/** Whom Eve follows, and who is not deleted, either. */
export const FRIENDS = ['fay', 'flo'] as const;

/** What the program knows of a user that it has made. */
export interface KnownUser {
  id: string;
  state: 'active' | 'deactivated' | 'deleted' | 'gone';
  role: string;
  banned: boolean;
  /** Where its latest revision is found. */
  revision: StepInput;
}

/** What the program knows of a channel, a call, a message or an activity. */
export interface KnownContent {
  /** A cid, or an id. */
  id: StepInput;
  owner: string;
  members: string[];
  /** What it lies in. */
  within?: StepInput;
  pair?: boolean;
}

/**
 * What the program has made so far, as far as it takes to choose calls that mostly succeed. It is no model of what is
 * right: where it is mistaken a call is refused, alike everywhere.
 */
export class ProgramWorld {
  readonly dice: Dice;
  readonly steps: Step[] = [];
  readonly users = new Map<string, KnownUser>();
  readonly channels: KnownContent[] = [];
  readonly messages: KnownContent[] = [];
  readonly calls: KnownContent[] = [];
  readonly activities: KnownContent[] = [];
  readonly roles: string[] = [];
  readonly tasks: StepInput[] = [];
  readonly devices: { id: string; owner: string }[] = [];
  readonly blocks: { id: string; owner: string }[] = [];
  /** What is to come next, before anything else is chosen. */
  readonly next: (() => void)[] = [];
  #names = 0;

  constructor(dice: Dice) {
    this.dice = dice;
  }

  /** The number of the step that is about to be written. */
  get at(): number {
    return this.steps.length;
  }

  /** Writes a step. */
  write(step: Step): void {
    this.steps.push(step);
  }

  /** A name that nothing has yet. */
  fresh(kind: string): string {
    this.#names++;
    return `${kind}-${this.#names}`;
  }

  /** Users in a state; of those who are kept for listening, only when `also`. */
  ids(state: KnownUser['state'] = 'active', also = false): string[] {
    const kept: readonly string[] = [EVE, ...FRIENDS];
    return [...this.users.values()]
      .filter(user => user.state === state && (also || !kept.includes(user.id)))
      .map(({ id }) => id);
  }

  /** Somebody who may call: active and not banned. */
  actor(): string {
    return this.dice.pick(this.ids('active', true).filter(id => !this.users.get(id)?.banned));
  }

  /** An active admin who is not banned, or else a back end. */
  admin(): string {
    const admins = this.ids().filter(id => {
      const user = this.users.get(id);
      return user?.role === 'admin' && !user.banned;
    });
    return admins.length > 0 && this.dice.chance(0.5) ? this.dice.pick(admins) : 'server';
  }

  /** Notes a user that the step about to be written makes or changes. */
  know(id: string, known: Partial<KnownUser>): void {
    const before = this.users.get(id) ?? { id, state: 'active', role: 'user', banned: false, revision: null };
    this.users.set(id, { ...before, ...known });
  }

  /** Forgets content of users who are gone, so that it is not called for too often. */
  forgetContentOf(ids: readonly string[]): void {
    for (const list of [this.messages, this.activities]) {
      for (let index = list.length - 1; index >= 0; index--) {
        if (ids.includes((list[index] as KnownContent).owner)) list.splice(index, 1);
      }
    }
  }
}
