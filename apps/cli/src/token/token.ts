import { RollcallError, type TokenClaims } from '@rollcall/protocol';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { parseDurationSeconds } from '../options/duration.js';
import { findSecret, type GlobalOptions } from '../server-access.js';
import { signToken } from './sign-token.js';

interface TokenOptions extends GlobalOptions {
  user?: string;
  server?: true;
  expiresIn?: number;
}

/** `rollcall token`: signs a token with the secret; no server is asked. */
export function addTokenCommand(program: Command, context: CommandContext): void {
  program
    .command('token')
    .description('print a token signed with the secret; no server is asked')
    .option('--user <id>', 'a token for this user')
    .option('--server', 'a server token, which may do everything')
    .option('--expires-in <duration>', 'such as 15m, 1h, 30d; default: never expires', parseDurationSeconds)
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<TokenOptions>();
      const claims = claimsOf(options, Math.floor(Date.now() / 1000));
      const token = signToken(await findSecret(options, context), claims);
      context.stdout.write(`${token}\n`);
    });
}

function claimsOf({ user, server, expiresIn }: TokenOptions, nowS: number): TokenClaims {
  const times = { iat: nowS, ...(expiresIn !== undefined && { exp: nowS + expiresIn }) };
  if (server && user === undefined) return { server: true, ...times };
  if (user === undefined || server) {
    throw new RollcallError('INPUT_INVALID', 'say whose token it is: either --user <id> or --server');
  }
  if (!/^[A-Za-z0-9@_-]{1,255}$/.test(user)) {
    throw new RollcallError('INPUT_INVALID', 'user: a user id is 1–255 characters of A-Z a-z 0-9 @ _ -');
  }
  return { user_id: user, ...times };
}
