/** A page that is hidden has no frames. It goes on after this time. */
const WITHOUT_FRAMES_MS = 100;

/**
 * Wraps an action so that it runs once with the next frame, however often it is asked for until then. Where there are no
 * frames, in a hidden page or outside of browsers, a timer takes their place.
 */
export function oncePerFrame(action: () => void): () => void {
  let asked: object | undefined;
  return () => {
    if (asked) return;
    const mine = {};
    asked = mine;
    const run = () => {
      if (asked !== mine) return;
      asked = undefined;
      clearTimeout(timer);
      action();
    };
    const timer = setTimeout(run, WITHOUT_FRAMES_MS);
    globalThis.requestAnimationFrame?.(run);
  };
}
