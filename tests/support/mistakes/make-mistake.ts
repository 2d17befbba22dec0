import { type Client, createClient } from '@rollcall/client';
import { createServerClient, RollcallError, type ServerClient } from '@rollcall/client/server';
import type { Mistake } from './mistake.js';

type Method = (...args: unknown[]) => unknown;

const MAKERS: Record<string, Method> = {
  createClient: createClient as Method,
  createServerClient: createServerClient as Method,
};

/**
 * Makes a mistake, and answers with the error of it; `undefined` where the client takes it for what it is not.
 * @param client has the method; the functions that make clients need none.
 */
export async function makeMistake(
  { method, args }: Mistake,
  client?: Client | ServerClient,
): Promise<RollcallError | undefined> {
  const [product, name] = method.includes('.') ? method.split('.') : ['', method];
  const methods = (product ? (client as unknown as Record<string, object>)[product] : client) as
    | Record<string, Method>
    | undefined;
  try {
    const answer = (MAKERS[method] ?? methods![name!]!)(...args);
    // A generator begins when it is read.
    if (method.endsWith('All')) await (answer as AsyncGenerator).next();
    else await answer;
    return undefined;
  } catch (error) {
    if (error instanceof RollcallError) return error;
    throw error;
  }
}
