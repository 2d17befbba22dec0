import type { ProcedureType } from '../permissions/permission-stage.js';

/** One answer, as text: what the procedure answers, or the error. */
export interface CallAnswer {
  ok: boolean;
  /** The data of the answer, or of the error. */
  data: Record<string, unknown>;
}

interface WaitingCall {
  path: string;
  input: unknown;
  answered(answer: CallAnswer): void;
  failed(error: unknown): void;
}

/** The server takes no more calls in one request. */
const CALLS_PER_REQUEST = 20;

/** No more requests are under way at a time. */
const REQUESTS_AT_A_TIME = 4;

/**
 * Calls over plain HTTP, many in one request: those with the same token and of the same type that are made before the
 * next turn of the event loop travel together.
 */
export class BatchedCalls {
  readonly #url: string;
  readonly #types: Readonly<Record<string, ProcedureType>>;
  readonly #waiting = new Map<string, WaitingCall[]>();
  readonly #requests: (() => Promise<void>)[] = [];
  #underWay = 0;

  /** @param types of every procedure, by path. */
  constructor(url: string, types: Readonly<Record<string, ProcedureType>>) {
    this.#url = url;
    this.#types = types;
  }

  /** Calls a query or a mutation with a token. */
  call(token: string, path: string, input: unknown): Promise<CallAnswer> {
    return new Promise((answered, failed) => {
      if (this.#waiting.size === 0) setImmediate(() => this.#send());
      const key = `${token} ${this.#types[path]}`;
      const calls = this.#waiting.get(key) ?? [];
      this.#waiting.set(key, [...calls, { path, input, answered, failed }]);
    });
  }

  #send(): void {
    for (const [key, calls] of this.#waiting) {
      const [token = ''] = key.split(' ');
      for (let from = 0; from < calls.length; from += CALLS_PER_REQUEST) {
        this.#requests.push(() => this.#request(token, calls.slice(from, from + CALLS_PER_REQUEST)));
      }
    }
    this.#waiting.clear();
    while (this.#underWay < REQUESTS_AT_A_TIME && this.#next()) {}
  }

  #next(): boolean {
    const request = this.#requests.shift();
    if (!request) return false;
    this.#underWay++;
    void request().finally(() => {
      this.#underWay--;
      this.#next();
    });
    return true;
  }

  async #request(token: string, calls: readonly WaitingCall[]): Promise<void> {
    try {
      const paths = calls.map(call => call.path).join(',');
      const answer = await fetch(`${this.#url}/trpc/${paths}?batch=1`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(Object.fromEntries(calls.map(({ input }, index) => [index, input ?? {}]))),
      });
      const answers = (await answer.json()) as {
        result?: { data: Record<string, unknown> };
        error?: { data: Record<string, unknown> };
      }[];
      for (const [index, { answered }] of calls.entries()) {
        const { result, error } = answers[index] ?? {};
        answered(result ? { ok: true, data: result.data } : { ok: false, data: error?.data ?? {} });
      }
    } catch (error) {
      for (const { failed } of calls) failed(error);
    }
  }
}
