import type {
  CreateWebhookInput,
  WebhookChanges,
  WebhookDelivery,
  WebhookEndpoint,
} from '@rollcall/client/server';
import { LIMITS, WEBHOOK_DELIVERY_STATUSES } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { examples } from '../options/examples.js';
import { addToList, parseJsonObjectOption, wholeNumber } from '../options/option-values.js';
import { Printer } from '../output/printer.js';
import { terminalText } from '../output/terminal-text.js';
import { withClient } from '../server-access.js';

/** The options of a webhook itself. */
interface WebhookOptions {
  url?: string;
  types?: string[];
  /** An empty text takes it away; so with the next two. */
  filter?: Record<string, unknown> | '';
  rate?: number | '';
  description?: string;
}

/** The options of `deliveries`. */
interface DeliveriesOptions {
  status?: WebhookDelivery['status'];
  type?: string;
  user?: string;
  limit?: number;
}

const ID = '019a3c4e-7d1b-7f00-8000-3f2b6c1d9e4a';

/** `rollcall webhooks …` */
export function addWebhooksCommands(program: Command, context: CommandContext): void {
  const webhooks = program
    .command('webhooks')
    .description('send events to other programs')
    .addHelpText('after', examples('rollcall webhooks create https://shop.example.com/hooks'));
  const printer = new Printer(context.stdout);
  const show = (one: WebhookEndpoint) => printer.show(one, () => webhookLines(one));
  const showDelivery = (one: WebhookDelivery) => printer.show(one, () => [deliveryLine(one)]);

  webhooks
    .command('list')
    .description('print every webhook, oldest first')
    .addHelpText('after', examples('rollcall webhooks list'))
    .action(async (_options: object, command: Command) => {
      for (const one of await withClient(command, context, client => client.listWebhooks())) await show(one);
    });

  webhooks
    .command('get')
    .description('print one webhook')
    .argument('<id>')
    .addHelpText('after', examples(`rollcall webhooks get ${ID}`))
    .action(async (id: string, _options: object, command: Command) => {
      await show(await withClient(command, context, client => client.getWebhook(id)));
    });

  withOptions(
    webhooks
      .command('create')
      .description('make a webhook, and print its secret, this once')
      .argument('<url>'),
  )
    .addHelpText(
      'after',
      examples(
        'rollcall webhooks create https://shop.example.com/hooks --types user.created,user.deleted',
        'rollcall webhooks create https://shop.example.com/hooks --filter \'{"role":"admin"}\' --rate 10',
      ),
    )
    .action(async (url: string, options: WebhookOptions, command: Command) => {
      const input = { ...inputOf(options), url } as CreateWebhookInput;
      const made = await withClient(command, context, client => client.createWebhook(input));
      await printer.show(made, () => [...webhookLines(made.webhook), `secret: ${made.secret}`]);
    });

  withOptions(
    webhooks
      .command('update')
      .description('change what is given of a webhook; an empty value takes away')
      .argument('<id>')
      .option('--url <url>', 'where events are sent'),
  )
    .addHelpText('after', examples(`rollcall webhooks update ${ID} --rate 5`))
    .action(async (id: string, options: WebhookOptions, command: Command) => {
      const changes = inputOf(options) as WebhookChanges;
      await show(await withClient(command, context, client => client.updateWebhook(id, changes)));
    });

  webhooks
    .command('delete')
    .description('delete a webhook, with its deliveries')
    .argument('<id>')
    .addHelpText('after', examples(`rollcall webhooks delete ${ID}`))
    .action(async (id: string, _options: object, command: Command) => {
      await withClient(command, context, client => client.deleteWebhook(id));
      await printer.show({ deleted: id }, () => [`deleted the webhook ${terminalText(id)}`]);
    });

  webhooks
    .command('rotate-secret')
    .description('print a new secret; for a day, the one before signs as well')
    .argument('<id>')
    .addHelpText('after', examples(`rollcall webhooks rotate-secret ${ID}`))
    .action(async (id: string, _options: object, command: Command) => {
      const made = await withClient(command, context, client => client.rotateWebhookSecret(id));
      await printer.show(made, () => [
        `secret: ${made.secret}`,
        `the one before signs until ${new Date(made.previous_until).toISOString()}`,
      ]);
    });

  webhooks
    .command('disable')
    .description('send a webhook nothing more; it keeps its place')
    .argument('<id>')
    .addHelpText('after', examples(`rollcall webhooks disable ${ID}`))
    .action(async (id: string, _options: object, command: Command) => {
      await show(await withClient(command, context, client => client.disableWebhook(id)));
    });

  webhooks
    .command('enable')
    .description('go on where a webhook stopped')
    .argument('<id>')
    .addHelpText('after', examples(`rollcall webhooks enable ${ID}`))
    .action(async (id: string, _options: object, command: Command) => {
      await show(await withClient(command, context, client => client.enableWebhook(id)));
    });

  webhooks
    .command('test')
    .description('send a webhook a signed test; exits with 1 if it is not accepted')
    .argument('<id>')
    .addHelpText('after', examples(`rollcall webhooks test ${ID}`))
    .action(async (id: string, _options: object, command: Command) => {
      const delivery = await withClient(command, context, client => client.testWebhook(id));
      await showDelivery(delivery);
      context.exitCode = delivery.status === 'delivered' ? EXIT_CODES.ok : EXIT_CODES.someFailed;
    });

  webhooks
    .command('deliveries')
    .description('print the deliveries of a webhook, newest first')
    .argument('<id>')
    .addOption(new Option('--status <status>', 'only those that stand so').choices(WEBHOOK_DELIVERY_STATUSES))
    .option('--type <type>', 'only those of events of this type')
    .option('--user <id>', 'only those of events about this user')
    .addOption(
      new Option('--limit <count>', 'print at most this many').argParser(
        wholeNumber(1, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addHelpText('after', examples(`rollcall webhooks deliveries ${ID} --status failed`))
    .action(async (id: string, options: DeliveriesOptions, command: Command) => {
      const { status, type, user, limit = Number.POSITIVE_INFINITY } = options;
      await withClient(command, context, async client => {
        let left = limit;
        let next: string | undefined;
        do {
          const page = await client.listWebhookDeliveries(id, {
            limit: Math.min(left, LIMITS.pageContent),
            ...(status && { status }),
            ...(type !== undefined && { event_type: type as WebhookDelivery['event_type'] }),
            ...(user !== undefined && { user_id: user }),
            ...(next !== undefined && { next }),
          });
          for (const one of page.deliveries) await showDelivery(one);
          left -= page.deliveries.length;
          next = page.next;
        } while (next !== undefined && left > 0);
      });
    });

  webhooks
    .command('retry')
    .description('try a delivery once more, now')
    .argument('<delivery id>')
    .addHelpText('after', examples('rollcall webhooks retry msg_2b1XwZ0kqYv3nR7tLs9dEf'))
    .action(async (id: string, _options: object, command: Command) => {
      await showDelivery(await withClient(command, context, client => client.retryWebhookDelivery(id)));
    });

  webhooks
    .command('replay')
    .description('send everything after an event again')
    .argument('<id>')
    .argument('<event id>', 'the id of an event, as events carry it')
    .addHelpText('after', examples(`rollcall webhooks replay ${ID} 3f2b6c1d.4711`))
    .action(async (id: string, from: string, _options: object, command: Command) => {
      await show(await withClient(command, context, client => client.replayWebhook(id, from)));
    });
}

function withOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--types <types>', 'only events of these types, with commas between them').argParser(
        addToList,
      ),
    )
    .addOption(
      new Option('--filter <json>', 'only events about users who match').argParser(text =>
        text === '' ? '' : parseJsonObjectOption(text),
      ),
    )
    .addOption(
      new Option('--rate <count>', 'at most this many requests a second').argParser(text =>
        text === '' ? '' : wholeNumber(1, LIMITS.webhookRate)(text),
      ),
    )
    .option('--description <text>', 'what it is for');
}

/** What the options say. An empty value is null. */
function inputOf({ url, types, filter, rate, description }: WebhookOptions): Record<string, unknown> {
  const given = {
    url,
    types: types?.length === 0 ? null : types,
    filter: nullIfEmpty(filter),
    rate_limit: nullIfEmpty(rate),
    description: nullIfEmpty(description),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Options cannot be null. */
function nullIfEmpty<Value>(value: Value | ''): Value | null {
  return value === '' ? null : value;
}

function webhookLines(webhook: WebhookEndpoint): string[] {
  const { id, url, status, disabled_reason, sequence, waiting, failing_since, description } = webhook;
  const state = disabled_reason === undefined ? status : `${status} (${disabled_reason})`;
  const failing =
    failing_since === undefined ? '' : `  failing since ${new Date(failing_since).toISOString()}`;
  return [
    terminalText(`${id}  ${state}  ${sequence} sent, ${waiting} wait${failing}`),
    terminalText(`  ${url}${description === undefined ? '' : `  ${description}`}`),
  ];
}

function deliveryLine(delivery: WebhookDelivery): string {
  const { id, created_at, event_type, user_id, status, attempts, next_attempt_at } = delivery;
  const last = attempts.at(-1);
  const parts = [
    id,
    new Date(created_at).toISOString(),
    event_type,
    user_id,
    status,
    last && (last.error ?? String(last.status_code)),
    next_attempt_at !== undefined && `next try ${new Date(next_attempt_at).toISOString()}`,
  ];
  return terminalText(parts.filter(part => part).join('  '));
}
