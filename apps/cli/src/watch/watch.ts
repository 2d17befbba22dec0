import type { ConnectionState, ServerClient } from '@rollcall/client/server';
import { EVENT_CATALOGUE, type EventType, type Filter, RollcallError } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
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

/** `rollcall watch`: prints live events, one a line, until an interrupt ends it. */
export function addWatchCommand(program: Command, context: CommandContext): void {
  program
    .command('watch')
    .description('print live events, one a line; reconnects by itself and misses none')
    .addOption(
      new Option(
        '--types <types>',
        'only events of these types, such as user.created,user.updated',
      ).argParser(addToList),
    )
    .addOption(new Option('--user <ids>', 'only events about these users').argParser(addToList))
    .addOption(
      new Option(
        '--filter <json>',
        'only events about users that match before or after the change',
      ).argParser(parseJsonObjectOption),
    )
    .option('--since <event id>', 'all events after this one (default: from now on)')
    .option('--json', 'print whole events as JSON lines, also on a terminal')
    .addHelpText(
      'after',
      examples(
        'rollcall watch',
        'rollcall watch --user jane,john --filter \'{"teams":{"$contains":"red"}}\' --json',
      ),
    )
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
  // From here on no event is missed. An open connection alone does not promise that.
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
  context.stderr.write(last === undefined ? 'there was no event\n' : `last event: ${last}\n`);
}

/** The user must know when there is no connection: then silence does not mean that nothing happens. */
const STATUS_TEXTS: Record<ConnectionState['status'], string> = {
  connecting: 'connecting to',
  connected: 'connected to',
  reconnecting: 'connection lost; events follow after reconnecting to',
  offline: 'no network; events follow after reconnecting to',
  disconnected: 'disconnected from',
};

const RESYNC_TEXT =
  'resync: the event log no longer has the events since that position. Some were missed: read the current data again.';

/** A watch streams the events of the log. Events that are not in the log have their own streams. */
const STREAMED_TYPES = Object.entries(EVENT_CATALOGUE).flatMap(([type, { durable }]) =>
  durable ? [type] : [],
);

function checkTypes(types: string[]): EventType[] {
  const unknown = types.filter(type => !STREAMED_TYPES.includes(type));
  if (unknown.length === 0) return types as EventType[];
  throw new RollcallError(
    'INPUT_INVALID',
    `types: cannot watch ${unknown.join(', ')}; the types are ${STREAMED_TYPES.join(', ')}`,
  );
}
