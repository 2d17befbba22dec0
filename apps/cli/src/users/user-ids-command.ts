import type { Command } from 'commander';

/** What every command about users by id takes. */
export interface UserIdsOptions {
  idsFrom?: string;
  createdBy?: string;
}

/** Begins a command about users that are named by their ids, on the command line or in a file. */
export function addUserIdsCommand(users: Command, name: string): Command {
  return users
    .command(name)
    .argument('[id...]')
    .option('--ids-from <file>', 'more ids, one a line; - is standard input')
    .option('--created-by <id>', 'the user on whose behalf it is done');
}
