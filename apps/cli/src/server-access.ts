import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { RollcallError } from '@rollcall/protocol';
import type { Command } from 'commander';
import type { CommandContext } from './context.js';

/**
 * Does something with a client that is signed in as the options say, and disconnects it afterwards, whatever happens. An
 * interrupt ends the wait at once.
 */
export function withClient<Result>(
  command: Command,
  context: CommandContext,
  use: (client: ServerClient, connection: ServerAccess) => Promise<Result>,
): Promise<Result> {
  return withClientUntilDone(command, context, (client, connection) =>
    Promise.race([use(client, connection), interruptionOf(context.interrupted)]),
  );
}

/** Like {@link withClient}, for what sees to interrupts itself and ends in good order. */
export async function withClientUntilDone<Result>(
  command: Command,
  context: CommandContext,
  use: (client: ServerClient, connection: ServerAccess) => Promise<Result>,
): Promise<Result> {
  const connection = await findServerAccess(command.optsWithGlobals<GlobalOptions>(), context);
  const client = createServerClient(connection);
  try {
    return await use(client, connection);
  } finally {
    await client.disconnect();
  }
}

function interruptionOf(interrupted: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const interrupt = () => reject(new Error('interrupted'));
    if (interrupted.aborted) interrupt();
    interrupted.addEventListener('abort', interrupt, { once: true });
  });
}

/** Where `rollcall serve` listens unless it is told otherwise. */
export const DEFAULT_URL = 'http://127.0.0.1:4600';

const DEFAULT_DATABASE_URL = 'sqlite:./data/rollcall.sqlite';

/** The options that every command takes. */
export interface GlobalOptions {
  url?: string;
  token?: string;
  secret?: string;
}

/** How to reach a server, and what to sign in with. */
export type ServerAccess = { url: string } & ({ token: string } | { secret: string });

/**
 * Finds the server and what to sign in with: an option goes before its variable, and a token before a secret. When
 * neither is given and the server is on this machine, the secret that it keeps beside its embedded database does.
 * @throws RollcallError `TOKEN_MISSING` when there is nothing to sign in with.
 */
export async function findServerAccess(
  options: GlobalOptions,
  context: CommandContext,
): Promise<ServerAccess> {
  const url = options.url ?? nonEmpty(context.env.ROLLCALL_URL) ?? DEFAULT_URL;
  // An option, of either kind, is meant for this call; a variable was set for all of them.
  if (options.token) return { url, token: options.token };
  if (options.secret) return { url, secret: options.secret };
  const token = nonEmpty(context.env.ROLLCALL_TOKEN);
  if (token) return { url, token };
  return { url, secret: await findSecret(options, context, isLocal(url)) };
}

/**
 * Finds the secret to sign tokens with.
 * @param local whether the secret file beside the embedded database may be used.
 * @throws RollcallError `TOKEN_MISSING` when there is none.
 */
export async function findSecret(
  options: GlobalOptions,
  context: CommandContext,
  local = true,
): Promise<string> {
  const given = options.secret ?? nonEmpty(context.env.ROLLCALL_SECRET);
  if (given) return given;
  const file = local ? secretFileOf(context) : undefined;
  const kept = file ? await readSecretFile(file) : undefined;
  if (kept) return kept;
  const looked = file
    ? `, and there is no secret in ${file}: has the server been started from this folder?`
    : '';
  throw new RollcallError(
    'TOKEN_MISSING',
    `nothing to sign in with: set ROLLCALL_SECRET or ROLLCALL_TOKEN, or give --secret or --token${looked}`,
  );
}

/** Beside the database, where the server makes it; a PostgreSQL database has no such place. */
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

/** Whether a server is on this machine, so that a secret of this machine can be its own and is safe to use. */
function isLocal(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
