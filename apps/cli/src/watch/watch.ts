import type { ConnectionState, ServerClient } from '@rollcall/client/server';
import { EVENT_CATALOGUE, type EventType, type Filter, RollcallError } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { addToList, parseJsonObjectOption } from '../options/option-values.js';
import { describeEvent } from '../output/describe-event.js';
import { Printer } from '../output/printer.js';
import { withClientUntilDone } from '../server-access.js';

interface WatchOptions {
  types?: string[];
  user?: string[];
  filter?: Filter;
  since?: string;
  json?: true;
}

/** `rollcall watch`: prints live events, one a line, until it is interrupted. */
export function addWatchCommand(program: Command, context: CommandContext): void {
  program
    .command('watch')
    .description('print live events, one a line; goes on by itself after lost connections')
    .addOption(
      new Option('--types <types>', 'only these, such as user.created,user.updated').argParser(addToList),
    )
    .addOption(new Option('--user <ids>', 'only events about these users').argParser(addToList))
    .addOption(
      new Option('--filter <json>', 'only events about users who match before or after').argParser(
        parseJsonObjectOption,
      ),
    )
    .option('--since <event id>', 'everything after this event; default: from now on')
    .option('--json', 'whole events as JSON lines, on a terminal too')
    .action(async (options: WatchOptions, command: Command) => {
      const types = options.types && checkTypes(options.types);
      await withClientUntilDone(command, context, (client, { url }) =>
        watch(client, { ...options, types, url }, context),
      );
    });
}

async function watch(
  client: ServerClient,
  options: WatchOptions & { types?: EventType[]; url: string },
  context: CommandContext,
): Promise<void> {
  const printer = new Printer(context.stdout, options);
  const connection = client.connection.subscribe(({ status }) =>
    context.stderr.write(`${STATUS_TEXTS[status]} ${options.url}\n`),
  );
  const events = client.watchEvents({
    types: options.types,
    user_ids: options.user,
    filter: options.filter,
    lastEventId: options.since,
    signal: context.interrupted,
  });
  // From here on nothing is missed; an open connection alone does not say so.
  events.ready.then(
    () => context.stderr.write(`watching ${options.url}\n`),
    () => undefined,
  );
  let last = options.since;
  for await (const event of events) {
    if (event.type === 'resync') await printer.show(event, () => [RESYNC_TEXT]);
    else await printer.show(event, () => [describeEvent(event)]);
    last = event.id ?? last;
  }
  connection.unsubscribe();
  context.stderr.write(last === undefined ? 'no event was seen\n' : `last event: ${last}\n`);
}

/** While there is no connection, silence does not mean that nothing happens. */
const STATUS_TEXTS: Record<ConnectionState['status'], string> = {
  connecting: 'connecting to',
  connected: 'connected to',
  reconnecting: 'connection lost; events wait until there is one again to',
  offline: 'no network; events wait until there is one again for',
  disconnected: 'disconnected from',
};

const RESYNC_TEXT =
  'resync: the log no longer reaches back to where this watch was. Events were missed; read afresh what depends on them.';

/** Only events of the log are streamed here: those without a place in it have streams of their own. */
const STREAMED_TYPES = Object.entries(EVENT_CATALOGUE).flatMap(([type, { durable }]) =>
  durable ? [type] : [],
);

function checkTypes(types: string[]): EventType[] {
  const unknown = types.filter(type => !STREAMED_TYPES.includes(type));
  if (unknown.length === 0) return types as EventType[];
  throw new RollcallError(
    'INPUT_INVALID',
    `types: cannot watch ${unknown.join(', ')}; there are ${STREAMED_TYPES.join(', ')}`,
  );
}
