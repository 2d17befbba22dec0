import type { AppSettings, AppSettingsUpdate, JsonValue } from '@rollcall/protocol';
import { RollcallError, unknownName } from '@rollcall/protocol';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { addAssignment } from '../options/option-values.js';
import { Printer } from '../output/printer.js';
import { alignCells, terminalText } from '../output/terminal-text.js';
import { withClient } from '../server-access.js';

/** `rollcall settings get` and `set`. */
export function addSettingsCommands(program: Command, context: CommandContext): void {
  const settings = program
    .command('settings')
    .description('show and change the settings of the app')
    .addHelpText('after', examples('rollcall settings get guests_enabled'));
  const printer = new Printer(context.stdout);

  settings
    .command('get')
    .description('print all settings, or one of them')
    .argument('[name]')
    .addHelpText('after', examples('rollcall settings get', 'rollcall settings get event_retention_days'))
    .action(async (name: string | undefined, _options: object, command: Command) => {
      const all = await withClient(command, context, client => client.getAppSettings());
      if (name === undefined) return printer.show(all, () => settingLines(all));
      if (!Object.hasOwn(all, name)) {
        throw new RollcallError('INPUT_INVALID', `setting ${name} ${unknownName(name, Object.keys(all))}`);
      }
      await printer.json(all[name as keyof AppSettings]);
    });

  settings
    .command('set')
    .description('change settings; the others stay as they are')
    .argument('<name=value...>', 'a value is JSON or plain text', addAssignment)
    .addHelpText(
      'after',
      examples(
        'rollcall settings set guests_enabled=true event_retention_days=90',
        'rollcall settings set \'indexed_custom_fields=["plan"]\' purge_deleted_users_days=null',
      ),
    )
    .action(async (changes: Record<string, JsonValue>, _options: object, command: Command) => {
      const all = await withClient(command, context, client =>
        client.updateAppSettings({ ...changes } as AppSettingsUpdate),
      );
      await printer.show(all, () => settingLines(all));
    });
}

function settingLines(settings: AppSettings): string[] {
  return alignCells(
    Object.entries(settings).map(([name, value]) => [name, terminalText(JSON.stringify(value))]),
  );
}
