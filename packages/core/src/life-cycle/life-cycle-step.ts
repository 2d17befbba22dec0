import type { JsonObject, TaskType } from '@rollcall/protocol';
import type { ChangedRow } from '../database/table.js';
import {
  type CascadeKind,
  type CascadeRow,
  findCascades,
  removeCascades,
  saveCascades,
} from '../products/cascade-table.js';
import type { Product } from '../products/product.js';
import type { StepContext } from '../tasks/task-handler.js';
import type { ChangeActivity } from '../users/activation.js';
import { findUsersForUpdate } from '../users/find-users.js';
import type { UserRow } from '../users/model/user-table.js';
import type { LifeCyclePosition } from './life-cycle-position.js';

/** About how many changes one step makes: on SQLite all other writers wait for them. */
export const CHANGES_PER_STEP = 100;

/** How long a task waits for another one that works on the same user. */
export const WAIT_MS = 100;

/** The input of a life-cycle task. */
export interface LifeCycleInput extends JsonObject {
  /** Whether the content of the users is changed too. */
  content: boolean;
}

/** What a kind of life-cycle task does. */
export interface LifeCycleRules {
  type: TaskType;
  /** What it does with content. */
  kind: CascadeKind;
  /** Changes the user in its turn; absent when that was done when the task was asked for. */
  change?: ChangeActivity;
}

/** What the handlers of the life cycle share. */
export interface LifeCycleTools {
  products: readonly Product[];
  /** Called after the commit that erased a user. It must not throw. */
  onErased(): void;
}

/** One step of a life-cycle task: what it works with, and what it read and has to write for all its users at once. */
export interface LifeCycleStep {
  step: StepContext<LifeCycleInput, LifeCyclePosition>;
  rules: LifeCycleRules;
  tools: LifeCycleTools;
  /** The users of the step, as they were when the step locked them. */
  users: ReadonlyMap<string, UserRow>;
  /** Their cascades, also those of other tasks. */
  cascades: ReadonlyMap<string, CascadeRow>;
  /** Cascades that go on in a later step. */
  kept: ChangedRow<CascadeRow>[];
  /** The users whose cascades end with this step. */
  ended: string[];
}

/** Locks the users of a step: a call that wants to take over a cascade waits until this step is committed. */
export async function beginStep(
  { step, rules, tools }: Pick<LifeCycleStep, 'step' | 'rules' | 'tools'>,
  ids: readonly string[],
): Promise<LifeCycleStep> {
  const users = await findUsersForUpdate(step.transaction, ids);
  const cascades = await findCascades(step.transaction, ids);
  return { step, rules, tools, users, cascades, kept: [], ended: [] };
}

/** Writes how far the cascades of the step got. */
export async function endStep({ step, kept, ended }: LifeCycleStep): Promise<void> {
  await saveCascades(step.transaction, kept);
  await removeCascades(step.transaction, ended);
}
