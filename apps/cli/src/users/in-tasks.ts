import type { ServerClient } from '@rollcall/client/server';
import { type JsonObject, LIMITS, type Task, type UserOutcome } from '@rollcall/protocol';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { Printer } from '../output/printer.js';
import { formatCount, terminalText } from '../output/terminal-text.js';
import { withClientUntilDone } from '../server-access.js';
import { exitCodeOf, followTask, taskLines } from '../tasks/follow-task.js';
import { batchesOf } from './user-ids.js';

/**
 * Starts one task for each hundred users; with `wait`, one after the other, so that the end of one is known before the
 * next begins, and with a summary of all of them at the end, however that comes.
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
            `task ${task_id}; follow it with: rollcall tasks watch ${task_id}`,
          ]);
        }
      }
    });
  } finally {
    const summary = summariseTasks(ended);
    if (ended.length > 0) await printer.show(summary, () => summaryLines(summary));
  }
}

/** Counts by product, and by the name of the thing there. */
export type ProductCounts = Record<string, Record<string, number>>;

/** What became of the users of some tasks, in counts. */
interface OutcomeSummary extends Record<UserOutcome['status'], number> {
  type: 'summary';
  /** How much was changed of what belongs to the users. */
  products: ProductCounts;
}

/** Adds up what happened to users. Those whom no task got to are not counted. */
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

/** Adds counts by product to others; what is no count is left out. */
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

/** A summary for people: the users on one line, then a line for each product. */
function summaryLines({ done, unchanged, superseded, failed, products }: OutcomeSummary): string[] {
  const users = [
    `${formatCount(done)} users changed`,
    ...(unchanged > 0 ? [`${formatCount(unchanged)} were so already`] : []),
    ...(superseded > 0 ? [`${formatCount(superseded)} taken over by a later call`] : []),
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
  ];
  return [users.join(', '), ...productLines(products)];
}

/** Counts for people, a line for each product that has any, such as `  chat: 12 messages, 1 channels`. */
export function productLines(products: ProductCounts): string[] {
  return Object.entries(products).flatMap(([product, counts]) => {
    const things = Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${formatCount(count)} ${name.replaceAll('_', ' ')}`);
    return things.length > 0 ? [terminalText(`  ${product}: ${things.join(', ')}`)] : [];
  });
}
