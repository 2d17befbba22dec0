import { RollcallError } from '@rollcall/protocol';

/** A peer signs in, or is closed, within a few seconds. */
const RETRY_AFTER_SECONDS = 5;

/** Counts the sockets of each address that have not signed in, whether their token is still to come or no good. */
export class SigningIn {
  readonly #maxPerAddress: number;
  readonly #counts = new Map<string, number>();

  constructor(maxPerAddress: number) {
    this.#maxPerAddress = maxPerAddress;
  }

  /** Why an address may open no other socket now; undefined when it may. */
  refusalOf(address: string): RollcallError | undefined {
    if ((this.#counts.get(address) ?? 0) < this.#maxPerAddress) return undefined;
    return new RollcallError(
      'RATE_LIMITED',
      `an address has at most ${this.#maxPerAddress} WebSockets that have not signed in; sign in or close one first`,
      { retry_after: RETRY_AFTER_SECONDS },
    );
  }

  /** Counts a socket. @returns what to call once it has signed in or closed; a second call has no effect. */
  begin(address: string): () => void {
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const others = (this.#counts.get(address) ?? 1) - 1;
      if (others > 0) this.#counts.set(address, others);
      else this.#counts.delete(address);
    };
  }
}
