/** Each kind of viewer has a form of its own, and a client numbers its subscriptions. */
const MAX_FRAMES = 8;

/** What a message says, and to which address. */
interface Frame {
  head: string;
  position: string;
  events: readonly object[];
}

/**
 * The messages that were sent last. An event for a thousand listeners is the same message for most of them: its bytes are
 * made once.
 */
export class PageFrames {
  /** The one that was made last comes first. */
  #frames: (Frame & { bytes: Buffer })[] = [];

  find(frame: Frame): Buffer | undefined {
    return this.#frames.find(one => isSame(one, frame))?.bytes;
  }

  /** Keeps the bytes of a message, and gives them back. */
  keep(frame: Frame, bytes: Buffer): Buffer {
    this.#frames = [{ ...frame, bytes }, ...this.#frames.slice(0, MAX_FRAMES - 1)];
    return bytes;
  }
}

/** Whether it is the same message: of the very same events, which never change. */
function isSame(one: Frame, { head, position, events }: Frame): boolean {
  return (
    one.position === position &&
    one.head === head &&
    (one.events === events ||
      (one.events.length === events.length && one.events.every((event, index) => event === events[index])))
  );
}
