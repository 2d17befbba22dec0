import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { RollcallError } from '@rollcall/protocol';
import type { Command } from 'commander';
import type { CommandContext } from './context.js';

/**
 * Calls `use` with a client that signs in as the options say, and always disconnects the client afterwards.
 * @throws Error as soon as the user interrupts; it does not wait for `use`.
 */
export function withClient<Result>(
  command: Command,
  context: CommandContext,
  use: (client: ServerClient, access: ServerAccess) => Promise<Result>,
): Promise<Result> {
  return withClientUntilDone(command, context, (client, access) =>
    Promise.race([use(client, access), interruptionOf(context.interrupted)]),
  );
}

/** Like {@link withClient}, for commands that handle an interrupt themselves: it waits until `use` has ended. */
export async function withClientUntilDone<Result>(
  command: Command,
  context: CommandContext,
  use: (client: ServerClient, access: ServerAccess) => Promise<Result>,
): Promise<Result> {
  const access = await findServerAccess(command.optsWithGlobals<GlobalOptions>(), context);
  const client = createServerClient(access);
  try {
    return await use(client, access);
  } catch (error) {
    throw withAddress(error, access.url);
  } finally {
    await client.disconnect();
  }
}

/** A server that does not answer is most often one that does not run, or another one than was meant. */
export function withAddress(error: unknown, url: string): unknown {
  if (!(error instanceof Error) || !/^the server did not answer/.test(error.message)) return error;
  const remedy = `no answer from ${url}: check that the server runs ("rollcall serve") and that --url or ROLLCALL_URL is its address`;
  return new RollcallError('UNAVAILABLE', `${remedy} (${error.message})`, { cause: error });
}

/**
 * Asks the server for nothing much. An import repeats its calls for minutes while the server is away, which helps on the
 * way and not at the start.
 * @throws RollcallError `UNAVAILABLE` when there is no server.
 */
export async function mustAnswer(client: ServerClient): Promise<void> {
  await client.getAppSettings().catch((error: RollcallError) => {
    // Whatever else is wrong, the server answers; the call that is meant says so itself.
    if (error.code === 'UNAVAILABLE') throw error;
  });
}

function interruptionOf(interrupted: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const interrupt = () => reject(new RollcallError('UNAVAILABLE', 'interrupted'));
    if (interrupted.aborted) interrupt();
    interrupted.addEventListener('abort', interrupt, { once: true });
  });
}

/** Where `rollcall serve` listens by default. */
export const DEFAULT_URL = 'http://127.0.0.1:4600';

const DEFAULT_DATABASE_URL = 'sqlite:./data/rollcall.sqlite';

/** The options that every command takes. */
export interface GlobalOptions {
  url?: string;
  token?: string;
  secret?: string;
}

/** The address of a server, and what to sign in with. */
export type ServerAccess = { url: string } & ({ token: string } | { secret: string });

/**
 * Finds the server and what to sign in with. Options win over variables, and a token wins over a secret. Without any of
 * them, a server on this machine is reached with the secret that it keeps beside its embedded database.
 * @throws RollcallError `TOKEN_MISSING` when there is nothing to sign in with.
 */
export async function findServerAccess(
  options: GlobalOptions,
  context: CommandContext,
): Promise<ServerAccess> {
  const url = options.url ?? nonEmpty(context.env.ROLLCALL_URL) ?? DEFAULT_URL;
  // An option is meant for this call, so a secret given as an option wins over a token in a variable.
  if (options.token) return { url, token: options.token };
  if (options.secret) return { url, secret: options.secret };
  const token = nonEmpty(context.env.ROLLCALL_TOKEN);
  if (token) return { url, token };
  return { url, secret: await findSecret(options, context, isLocal(url)) };
}

/**
 * Finds the secret that signs tokens.
 * @param local whether to read the secret file beside the embedded database.
 * @throws RollcallError `TOKEN_MISSING` when it finds no secret.
 */
export async function findSecret(
  options: GlobalOptions,
  context: CommandContext,
  local = true,
): Promise<string> {
  const given = options.secret ?? nonEmpty(context.env.ROLLCALL_SECRET);
  if (given) return given;
  const file = local ? secretFileOf(context) : undefined;
  const stored = file ? await readSecretFile(file) : undefined;
  if (stored) return stored;
  const tried = file ? ` (${file} has no secret; a server started in this folder would have made it)` : '';
  throw new RollcallError(
    'TOKEN_MISSING',
    `there is nothing to sign in with: set ROLLCALL_SECRET or ROLLCALL_TOKEN, or give --secret or --token${tried}`,
  );
}

/** The server writes its secret beside an embedded database. There is no such file for PostgreSQL. */
function secretFileOf(context: CommandContext): string | undefined {
  const databaseUrl = nonEmpty(context.env.ROLLCALL_DATABASE_URL) ?? DEFAULT_DATABASE_URL;
  const [, file] = /^(?:sqlite|better-sqlite3):(.+)$/.exec(databaseUrl) ?? [];
  return file ? join(dirname(resolve(context.directory, file)), 'rollcall.secret') : undefined;
}

async function readSecretFile(file: string): Promise<string | undefined> {
  try {
    return nonEmpty((await readFile(file, 'utf8')).trim());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Whether a server is on this machine. Only then can the secret file be its secret, and is safe to use. */
function isLocal(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
