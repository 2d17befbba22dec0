import { text } from 'node:stream/consumers';
import {
  type JsonValue,
  LIMITS,
  parseHeldJson,
  RollcallError,
  type UpsertUserInput,
} from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { addAssignment } from '../options/option-values.js';
import { Printer } from '../output/printer.js';
import { withClient } from '../server-access.js';
import { userLines } from './describe-user.js';

/** `rollcall users upsert`: creates or replaces a batch of users, all or none. */
export function addUsersUpsertCommand(users: Command, context: CommandContext): void {
  users
    .command('upsert')
    .description(
      `create or replace up to ${LIMITS.batchUsers} users, all or none; a field that is not given is reset`,
    )
    .argument('<json>', 'one user or an array of users; - reads standard input')
    .addHelpText('after', examples('rollcall users upsert \'{"id":"jane","name":"Jane","role":"admin"}\''))
    .action(async (given: string, _options: object, command: Command) => {
      const inputs = parseUsers(given === '-' ? await text(context.stdin) : given);
      const answer = await withClient(command, context, client => client.upsertUsers(inputs)).catch(error => {
        throw withId(error, inputs);
      });
      const printer = new Printer(context.stdout);
      for (const { id } of inputs) {
        const user = answer.users[id];
        if (user) await printer.show(user, () => userLines(user));
      }
    });
}

/** The error with the id of the user that it is about, which is easier to find in a batch than its place. */
function withId(error: unknown, inputs: readonly UpsertUserInput[]): unknown {
  if (!(error instanceof RollcallError) || error.index === undefined) return error;
  const id: unknown = inputs[error.index]?.id;
  if (typeof id !== 'string') return error;
  const { code, message, ...details } = error.toData();
  return new RollcallError(code, `${message}; this is the user ${id}`, { ...details, cause: error });
}

function parseUsers(json: string): UpsertUserInput[] {
  let value: unknown;
  try {
    value = parseHeldJson(json);
  } catch (error) {
    const { message } = error as Error;
    throw invalid(error instanceof SyntaxError ? `the input is not JSON: ${message}` : message);
  }
  const users = Array.isArray(value) ? value : [value];
  if (users.length === 0) throw invalid('the input has no users');
  if (users.length > LIMITS.batchUsers) {
    throw invalid(`the input has more than ${LIMITS.batchUsers} users; "rollcall import" takes any number`);
  }
  return users as UpsertUserInput[];
}

function invalid(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message);
}

interface UpdateOptions {
  set?: Record<string, JsonValue>;
  unset?: string[];
}

/** `rollcall users update`: changes some fields of one user. */
export function addUsersUpdateCommand(users: Command, context: CommandContext): void {
  users
    .command('update')
    .description('change some fields of one user')
    .argument('<id>')
    .addOption(
      new Option(
        '--set <path=value...>',
        'set these fields, such as role=admin custom.age=41; a value is JSON or plain text',
      ).argParser(addAssignment),
    )
    .option('--unset <path...>', 'remove these fields, such as image custom.age')
    .addHelpText(
      'after',
      examples('rollcall users update jane --set name=Jane shelf.colour=red --unset image book'),
    )
    .action(async (id: string, { set, unset }: UpdateOptions, command: Command) => {
      if (!set && !unset) {
        throw new RollcallError(
          'INPUT_INVALID',
          'there is nothing to change: give --set path=value or --unset path',
        );
      }
      const update = { id, ...(set && { set }), ...(unset && { unset }) };
      const { users: changed } = await withClient(command, context, client =>
        client.partialUpdateUsers([update]),
      );
      const user = changed[id];
      if (user) await new Printer(context.stdout).show(user, () => userLines(user));
    });
}
