import type { JsonObject, Task, UserOutcome } from '@rollcall/protocol';
import { formatCount } from '../output/format.js';
import { terminalText } from '../output/terminal-text.js';

/** Counts by product, and by the name of the thing there. */
export type ProductCounts = Record<string, Record<string, number>>;

/** What became of the users of some tasks, in counts. */
export interface OutcomeSummary extends Record<UserOutcome['status'], number> {
  type: 'summary';
  /** How much was changed of what belongs to the users. */
  products: ProductCounts;
}

/** Adds up what happened to users. Those whom no task got to are not counted. */
export function summarise(tasks: readonly Task[]): OutcomeSummary {
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
export function summaryLines({ done, unchanged, superseded, failed, products }: OutcomeSummary): string[] {
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
