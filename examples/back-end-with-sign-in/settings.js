/** What the back end is started with. */
const { env } = process;

export const PORT = Number(env.PORT ?? 8080);
export const ORIGIN = env.ORIGIN ?? `http://localhost:${PORT}`;
export const ROLLCALL_URL = env.ROLLCALL_URL ?? 'http://localhost:4600';
export const ROLLCALL_SECRET = needed('ROLLCALL_SECRET', 'the secret of your Rollcall server');
export const AUTH_SECRET = needed('AUTH_SECRET', '32 characters or more, for the cookies of the sign-in');

/** @param {string} name @param {string} what */
function needed(name, what) {
  const value = env[name];
  if (value) return value;
  console.error(`${name} is not set. It is ${what}.`);
  process.exit(1);
}
