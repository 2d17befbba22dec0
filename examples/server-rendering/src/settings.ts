/** What the server is told when it starts. Nothing that a browser loads imports this file. */
const { env } = process;

export const PORT = env.PORT ?? '8080';
export const ROLLCALL_URL = env.ROLLCALL_URL ?? 'http://localhost:4600';
/** Where browsers find Rollcall, if that is not where this server finds it. */
export const ROLLCALL_PUBLIC_URL = env.ROLLCALL_PUBLIC_URL ?? ROLLCALL_URL;
/** The secret of the Rollcall server. */
export const ROLLCALL_SECRET = env.ROLLCALL_SECRET ?? '';

if (ROLLCALL_SECRET === '')
  throw new Error('ROLLCALL_SECRET must be set to the secret of the Rollcall server.');
