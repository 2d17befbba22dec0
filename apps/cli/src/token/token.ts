import { createHmac } from 'node:crypto';
import { isUserId, RollcallError, type TokenClaims, USER_ID_RULE } from '@rollcall/protocol';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { parseDurationSeconds } from '../options/option-values.js';
import { findSecret, type GlobalOptions } from '../server-access.js';

interface TokenOptions extends GlobalOptions {
  user?: string;
  server?: true;
  readOnly?: true;
  /** Seconds. */
  expiresIn?: number | 'never';
}

/** `rollcall token`: signs a token with the secret, without calling a server. */
export function addTokenCommand(program: Command, context: CommandContext): void {
  program
    .command('token')
    .description('sign a token with the secret and print it; this calls no server')
    .option('--user <id>', 'a token for this user')
    .option('--server', 'a server token, which may do everything')
    .option('--read-only', 'with --server: it may read everything and change nothing')
    .option(
      '--expires-in <duration>',
      'the token is valid for this long, such as 15m, 1h or 30d, or never for one that does not expire (default: 1d)',
      parseExpiry,
    )
    .addHelpText(
      'after',
      examples(
        'rollcall token --user jane --expires-in 30d',
        'rollcall token --server',
        'rollcall token --server --read-only --expires-in 8h',
      ),
    )
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<TokenOptions>();
      const claims = claimsOf(options, Math.floor(Date.now() / 1000));
      const token = signToken(await findSecret(options, context), claims);
      context.stdout.write(`${token}\n`);
      context.stderr.write(`note: ${expiryText(claims)}\n`);
    });
}

/** A token that is lost, or forgotten in a file, ends by itself. */
const DEFAULT_SECONDS = 24 * 60 * 60;

function parseExpiry(text: string): number | 'never' {
  return text === 'never' ? text : parseDurationSeconds(text);
}

function expiryText({ exp }: TokenClaims): string {
  if (exp === undefined) return 'the token does not expire; "rollcall revoke" ends it';
  return `the token expires at ${new Date(exp * 1000).toISOString()}; --expires-in sets another time`;
}

function claimsOf(
  { user, server, readOnly, expiresIn = DEFAULT_SECONDS }: TokenOptions,
  nowS: number,
): TokenClaims {
  const times = { iat: nowS, ...(expiresIn !== 'never' && { exp: nowS + expiresIn }) };
  if (server && user === undefined) return { server: true, ...(readOnly && { read_only: true }), ...times };
  if (readOnly) {
    throw new RollcallError('INPUT_INVALID', '--read-only is for server tokens: give it with --server alone');
  }
  if (user === undefined || server) {
    throw new RollcallError('INPUT_INVALID', 'whose token it is: give either --user <id> or --server');
  }
  if (!isUserId(user)) throw new RollcallError('INPUT_INVALID', `user: ${USER_ID_RULE}`);
  return { user_id: user, ...times };
}

const MIN_SECRET_BYTES = 32;

/**
 * Signs a token (JWT, HS256). The secret has the form of `ROLLCALL_SECRET`: `secret`, or `kid:secret`, or several of
 * them with commas between; then the first one signs.
 * @throws RollcallError `INPUT_INVALID` for a secret of fewer than 32 bytes. The message never repeats a secret.
 */
function signToken(secretSetting: string, claims: TokenClaims): string {
  const first = secretSetting.split(',')[0]?.trim() ?? '';
  const [, kid, secret = ''] = /^(?:([A-Za-z0-9_-]{1,64}):)?(.*)$/s.exec(first) ?? [];
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    throw new RollcallError('INPUT_INVALID', `secret: a secret needs at least ${MIN_SECRET_BYTES} bytes`, {
      field: 'secret',
    });
  }
  const header = { alg: 'HS256', typ: 'JWT', ...(kid !== undefined && { kid }) };
  const signed = [header, claims]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
