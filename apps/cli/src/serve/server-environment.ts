import type { CommandContext } from '../context.js';

/** Variables that only this command knows; the server would call them unknown settings. */
const OWN_VARIABLES = ['ROLLCALL_DEBUG'];

/** The environment as the server may see it. */
export function serverEnvironment(context: CommandContext): CommandContext['env'] {
  return Object.fromEntries(Object.entries(context.env).filter(([name]) => !OWN_VARIABLES.includes(name)));
}
