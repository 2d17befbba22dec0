import type { ServerClient } from '@rollcall/client/server';
import { type JsonObject, LIMITS, type Task, type UserOutcome } from '@rollcall/protocol';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { Printer } from '../output/printer.js';
import { countOf, formatCount, terminalText } from '../output/terminal-text.js';
import { withClientUntilDone } from '../server-access.js';
import { exitCodeOf, followTask, taskLines } from '../tasks/follow-task.js';
import { batchesOf } from './user-ids.js';

/**
 * Starts one task for each hundred users. With `wait`, it waits for each task before it starts the next one, and prints
 * a summary of the tasks that ended, also when an error or an interrupt stops it.
 */
export async function inTasks(
  ids: readonly string[],
  run: { command: Command; context: CommandContext; wait?: boolean },
  start: (client: ServerClient, ids: string[]) => Promise<{ task_id: string }>,
): Promise<void> {
  const { command, context, wait } = run;
  const printer = new Printer(context.stdout);
  const ended: Task[] = [];
  const follow = async (client: ServerClient, task_id: string) => {
    const task = await followTask(client.watchTask(task_id, { signal: context.interrupted }), context);
    ended.push(task);
    context.exitCode = Math.max(context.exitCode, exitCodeOf(task));
    await printer.show(task, () => taskLines(task));
  };
  try {
    await withClientUntilDone(command, context, async client => {
      for (const batch of batchesOf(ids, LIMITS.batchUsers)) {
        if (context.interrupted.aborted) {
          context.exitCode = EXIT_CODES.stopped;
          return;
        }
        const { task_id } = await start(client, batch);
        if (wait) await follow(client, task_id);
        else {
          await printer.show({ task_id }, () => [
            `started task ${task_id}; to follow it, run: rollcall tasks watch ${task_id}`,
          ]);
        }
      }
    });
  } finally {
    const summary = summariseTasks(ended);
    if (ended.length > 0) await printer.show(summary, () => summaryLines(summary));
  }
}

/** Counts by product, and within a product by kind, such as `messages`. */
export type ProductCounts = Record<string, Record<string, number>>;

/** How many users of some tasks ended with each status. */
interface OutcomeSummary extends Record<UserOutcome['status'], number> {
  type: 'summary';
  /** How much of the users' content was changed. */
  products: ProductCounts;
}

/** Adds up the results of tasks. A user that no task reached is not counted. */
function summariseTasks(tasks: readonly Task[]): OutcomeSummary {
  const summary: OutcomeSummary = {
    type: 'summary',
    done: 0,
    unchanged: 0,
    superseded: 0,
    failed: 0,
    products: {},
  };
  for (const task of tasks) {
    for (const { status, details } of Object.values(task.result?.users ?? {})) {
      summary[status]++;
      addCounts(summary.products, details ?? {});
    }
  }
  return summary;
}

/** Adds counts by product to `sum`. Values that are not counts are ignored. */
export function addCounts(sum: ProductCounts, counts: JsonObject | ProductCounts): void {
  for (const [product, things] of Object.entries(counts)) {
    if (typeof things !== 'object' || things === null) continue;
    const own = sum[product] ?? {};
    for (const [name, count] of Object.entries(things)) {
      if (typeof count === 'number') own[name] = (own[name] ?? 0) + count;
    }
    sum[product] = own;
  }
}

/** A summary for a person: the users on one line, then a line for each product. */
function summaryLines({ done, unchanged, superseded, failed, products }: OutcomeSummary): string[] {
  const users = [
    `${countOf(done, 'user')} changed`,
    ...(unchanged > 0 ? [`${formatCount(unchanged)} already in that state`] : []),
    ...(superseded > 0 ? [`${formatCount(superseded)} replaced by a later call`] : []),
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
  ];
  return [users.join(', '), ...productLines(products)];
}

/** Counts for a person, one line for each product that has any, such as `  chat: 12 messages, 3 channels`. */
export function productLines(products: ProductCounts): string[] {
  return Object.entries(products).flatMap(([product, counts]) => {
    const things = Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${formatCount(count)} ${name.replaceAll('_', ' ')}`);
    return things.length > 0 ? [terminalText(`  ${product}: ${things.join(', ')}`)] : [];
  });
}
