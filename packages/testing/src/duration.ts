/**
 * How long a piece of work takes on this machine at this moment, in milliseconds. A time limit to which a multiple of it is
 * added means the same on a busy machine as on a quiet one, where it is next to nothing.
 */
export async function durationMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
