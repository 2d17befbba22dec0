import { SETTINGS, type Setting } from '@rollcall/server';
import { it } from 'vitest';
import { expectUpToDate, type GeneratedTable, table } from './generated-pages.js';

const settings: GeneratedTable = () =>
  table(
    ['Variable', 'Default', 'What it does'],
    Object.values(SETTINGS).map(
      ({ name, default: byDefault, does }: Pick<Setting<unknown>, 'name' | 'default' | 'does'>) => [
        `\`${name}\``,
        byDefault,
        does,
      ],
    ),
  );

it('docs/config.md says what the server reads from its environment (when it does not: npm run docs)', async () => {
  await expectUpToDate('docs/config.md', { settings });
});
