import { ANSWER_BYTES, answerBytes } from './tool-answer.js';

/** What stands around the items of a page. */
const FRAME_BYTES = 2 * 1024;

/** One page of anything, as the server gives it. */
interface Page<Item> {
  items: readonly Item[];
  next?: string | undefined;
}

/**
 * A page that fits into an answer. If the items are too long for it, the server is asked for fewer: so its cursor goes on
 * exactly after the last one that is shown.
 */
export async function boundedPage<Item>(
  limit: number,
  read: (limit: number) => Promise<Page<Item>>,
  show: (item: Item) => object,
): Promise<{ items: object[]; next?: string; left_out?: string }> {
  for (let asked = limit; ; ) {
    const { items, next } = await read(asked);
    const shown = items.map(show);
    const fitting = Math.max(1, countThatFit(shown));
    if (fitting >= shown.length) {
      return {
        items: shown,
        ...(next !== undefined && { next }),
        ...(asked < limit && {
          left_out: `the page ends after ${shown.length} of ${limit}, where an answer is full; go on with next`,
        }),
      };
    }
    asked = fitting;
  }
}

function countThatFit(items: readonly object[]): number {
  let left = ANSWER_BYTES - FRAME_BYTES;
  const at = items.findIndex(item => {
    left -= answerBytes(item) + 1;
    return left < 0;
  });
  return at === -1 ? items.length : at;
}
