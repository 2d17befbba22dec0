import type { BrowserContext, Page } from 'playwright-core';

/** What somebody who asked for rows waits to see. */
export interface Wanted {
  /** Part of the question to the server whose answer is to be shown. */
  asked?: string;
  /** What is written in each row that is shown, in lower case. */
  inRows?: string;
  /** The number of a row that has to be there, or one after it. */
  row?: number;
}

declare global {
  interface Window {
    screenTimes: {
      /** Milliseconds from the beginning of the page to the first paint that showed rows. */
      opened: Promise<number>;
      /** Forgets keys, clicks and answers of before. */
      arm(): void;
      /** Milliseconds from the last key or click since then to the paint that shows what is wanted. */
      until(wanted: Wanted): Promise<number>;
      /** Milliseconds from each key to the next paint, since they were taken last. */
      takeInputDelays(): number[];
    };
  }
}

/** Measures in the pages that a context opens from now on, by the browser's own clock. */
export async function measureScreen(context: BrowserContext): Promise<void> {
  await context.addInitScript(installScreenTimes);
}

/** How long it takes from the last key or click of an act to the paint that shows what is wanted. */
export async function screenTime(page: Page, wanted: Wanted, act: () => Promise<unknown>): Promise<number> {
  // A key may come sooner than what is evaluated at the same moment.
  await page.evaluate(() => window.screenTimes.arm());
  const shown = page.evaluate(one => window.screenTimes.until(one), wanted);
  await act();
  return shown;
}

/** Runs in the page, before anything of it. */
function installScreenTimes(): void {
  const GIVES_UP_MS = 15_000;
  let begunAt = 0;
  let answered: string[] = [];
  let delays: number[] = [];
  const { fetch } = window;
  window.fetch = async (...given) => {
    const answer = await fetch(...given);
    answered.push(String(given[1]?.body));
    return answer;
  };

  // A frame is painted after its callbacks; a message that was sent in one comes when it has been painted.
  const painted = () =>
    new Promise<number>(resolve => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(undefined);
    });
  const nextFrame = () => new Promise<unknown>(resolve => requestAnimationFrame(resolve));
  addEventListener(
    'click',
    event => {
      begunAt = event.timeStamp;
    },
    true,
  );
  addEventListener(
    'keydown',
    event => {
      const { timeStamp } = event;
      begunAt = timeStamp;
      void nextFrame()
        .then(painted)
        .then(at => delays.push(at - timeStamp));
    },
    true,
  );

  const rowsOf = (grid: Element) => [...grid.querySelectorAll('[role=row][data-index]')];
  const isShown = ({ asked, inRows, row }: Wanted) => {
    const grid = document.querySelector('[role=grid][aria-label=Users]');
    if (begunAt === 0) return false;
    if (asked !== undefined && !answered.some(body => body.includes(asked))) return false;
    if (!grid) return document.body.textContent?.includes('Nobody matches') === true;
    if (grid.getAttribute('aria-busy') !== 'false') return false;
    const rows = rowsOf(grid);
    if (row !== undefined && Number(rows.at(-1)?.getAttribute('data-index')) < row) return false;
    return (
      rows.length > 0 &&
      (inRows === undefined || rows.every(one => one.textContent?.toLowerCase().includes(inRows)))
    );
  };
  const opened = async () => {
    while (!document.querySelector('[role=grid][aria-label=Users] [role=row][data-index="0"]'))
      await nextFrame();
    return painted();
  };
  window.screenTimes = {
    opened: opened(),
    arm: () => {
      begunAt = 0;
      answered = [];
    },
    until: async wanted => {
      const givesUpAt = performance.now() + GIVES_UP_MS;
      while (!isShown(wanted)) {
        if (performance.now() > givesUpAt)
          throw new Error(`the page does not show ${JSON.stringify(wanted)}`);
        await nextFrame();
      }
      return (await painted()) - begunAt;
    },
    takeInputDelays: () => {
      const taken = delays;
      delays = [];
      return taken;
    },
  };
}
