import { createServerClient, type ServerClient } from '@rollcall/client/server';
import type { Command } from 'commander';
import type { CommandContext } from './context.js';
import { type Connection, findConnection, type GlobalOptions } from './server-access.js';

/**
 * Does something with a client that is signed in as the options say, and disconnects it afterwards, whatever happens. An
 * interrupt ends the wait at once.
 */
export function withClient<Result>(
  command: Command,
  context: CommandContext,
  use: (client: ServerClient, connection: Connection) => Promise<Result>,
): Promise<Result> {
  return withClientToTheEnd(command, context, (client, connection) =>
    Promise.race([use(client, connection), interruptionOf(context.interrupted)]),
  );
}

/** Like {@link withClient}, for what sees to interrupts itself and ends in good order. */
export async function withClientToTheEnd<Result>(
  command: Command,
  context: CommandContext,
  use: (client: ServerClient, connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await findConnection(command.optsWithGlobals<GlobalOptions>(), context);
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
