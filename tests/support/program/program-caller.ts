import { appRouter } from '@rollcall/router';
import { SignJWT } from 'jose';
import { SECRET } from '../processes/server-process.js';
import type { Json } from './same-form.js';

const { procedures } = appRouter._def as unknown as {
  procedures: Record<string, { _def: { type: string } }>;
};

/** The paths of all procedures. */
export const PROCEDURES = Object.keys(procedures);

/** What came back: exactly one of data and error. */
export interface Answer {
  status: number;
  data?: Json;
  error?: Json;
}

/** Calls over plain HTTP, so that no client hides a difference. */
export class ProgramCaller {
  readonly #began: number;
  readonly #tokens = new Map<string, string>();

  /** @param began when the set-up began, in epoch milliseconds: users have tokens of a minute before, back ends of then. */
  constructor(began: number) {
    this.#began = began;
  }

  /** @param as `server`, `anonymous`, `nobody`, or the id of a user. */
  async call(
    url: string,
    { as, path, input }: { as: string; path: string; input?: unknown },
  ): Promise<Answer> {
    const token = await this.#tokenOf(as);
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const body = JSON.stringify(input);
    const response =
      procedures[path]?._def.type === 'query'
        ? await fetch(
            `${url}/trpc/${path}${body === undefined ? '' : `?input=${encodeURIComponent(body)}`}`,
            {
              headers,
            },
          )
        : await fetch(`${url}/trpc/${path}`, {
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/json' },
            body: body ?? '{}',
          });
    const { status } = response;
    const { result, error } = (await response.json()) as { result?: { data: Json }; error?: Json };
    return result ? { status, data: result.data } : { status, error: error ?? null };
  }

  async #tokenOf(as: string): Promise<string | undefined> {
    if (as === 'nobody') return undefined;
    if (as === 'anonymous') return as;
    const known = this.#tokens.get(as);
    if (known !== undefined) return known;
    const [kid = '', secret] = SECRET.split(':');
    const seconds = Math.floor(this.#began / 1000);
    const token = await new SignJWT(as === 'server' ? { server: true } : { user_id: as })
      .setProtectedHeader({ alg: 'HS256', kid })
      .setIssuedAt(as === 'server' ? seconds : seconds - 60)
      .sign(new TextEncoder().encode(secret));
    this.#tokens.set(as, token);
    return token;
  }
}
