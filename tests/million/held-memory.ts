import type { Page } from 'playwright-core';

/** The most of the first half of the looks, the most of the second, and by how much the second may be more. */
interface Halves {
  first: number;
  second: number;
  more: number;
}

/** What a page holds, as it was looked at again and again. */
export interface Held {
  look(): Promise<void>;
  halves(): Record<'heapMiB' | 'nodes' | 'listeners', Halves>;
}

/** By how much the second half may be more: what is under way at a moment differs from look to look. */
const MORE = { heapMiB: 2, nodes: 200, listeners: 50 };

/** Watches the memory, the nodes and the listeners of a page, each time after its garbage has been collected. */
export async function watchHeld(page: Page): Promise<Held> {
  const devTools = await page.context().newCDPSession(page);
  const looks: Record<keyof typeof MORE, number>[] = [];
  return {
    look: async () => {
      for (let times = 0; times < 2; times++) await devTools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await devTools.send('Runtime.getHeapUsage');
      const { nodes, jsEventListeners } = await devTools.send('Memory.getDOMCounters');
      looks.push({ heapMiB: usedSize / 2 ** 20, nodes, listeners: jsEventListeners });
    },
    halves: () => {
      const half = Math.floor(looks.length / 2);
      const most = (what: keyof typeof MORE, some: typeof looks) => Math.max(...some.map(look => look[what]));
      const of = (what: keyof typeof MORE): Halves => ({
        first: most(what, looks.slice(0, half)),
        second: most(what, looks.slice(half)),
        more: MORE[what],
      });
      return { heapMiB: of('heapMiB'), nodes: of('nodes'), listeners: of('listeners') };
    },
  };
}
