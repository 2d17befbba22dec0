/** Waits until something holds. The time is for what hangs: no measure of speed. */
export async function until(what: string, holds: () => boolean, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`it did not come to: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
