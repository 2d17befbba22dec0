/** Waits until something holds; fails when that takes too long. */
export async function until(what: string, holds: () => boolean, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`it did not come to: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
