/** Work with a fixed number of calls under way: the next begins when one ends. */

/** Milliseconds on one monotonic clock, which all processes of a machine share. */
export const now = () => Number(process.hrtime.bigint()) / 1e6;

export const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

/**
 * Runs `count` pieces of work, `width` at a time.
 * @returns how long all of it took, and how long each took.
 */
export async function inFlight({ count, width, run }) {
  const tookMs = [];
  const begun = now();
  let next = 0;
  const loop = async () => {
    while (next < count) {
      const index = next++;
      const at = now();
      await run(index);
      tookMs.push(now() - at);
    }
  };
  await Promise.all(Array.from({ length: width }, loop));
  const ms = now() - begun;
  return { ms, tookMs, perSecond: (count * 1000) / ms };
}

/** Runs work for so many seconds, `width` at a time. @returns the same. */
export async function inFlightFor({ seconds, width, run }) {
  const tookMs = [];
  const begun = now();
  const end = begun + seconds * 1000;
  let next = 0;
  const loop = async () => {
    while (now() < end) {
      const index = next++;
      const at = now();
      await run(index);
      tookMs.push(now() - at);
    }
  };
  await Promise.all(Array.from({ length: width }, loop));
  const ms = now() - begun;
  return { ms, tookMs, perSecond: (tookMs.length * 1000) / ms };
}

/**
 * Repeats a call, one after the other, until `stop`: what others feel while something large is going on.
 * @returns `stop`, which says how long each took.
 */
export function repeatedly(run, { everyMs = 0 } = {}) {
  let running = true;
  const tookMs = [];
  const ended = (async () => {
    for (let index = 0; running; index++) {
      const at = now();
      await run(index);
      tookMs.push(now() - at);
      if (everyMs > 0) await pause(everyMs);
    }
  })();
  // When it fails, the one who stops it hears of it.
  ended.catch(() => undefined);
  return async () => {
    running = false;
    await ended;
    return tookMs;
  };
}
