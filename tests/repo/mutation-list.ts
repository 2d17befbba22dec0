import { MUTATIONS } from '../support/mutations/mutations.js';
import { type GeneratedTable, table } from './generated-pages.js';

/** Every mechanism that is switched off, with its file and the test that fails without it. */
export const mutationList: GeneratedTable = () =>
  Object.entries(MUTATIONS)
    .map(([subject, mutations]) => {
      const rows = mutations.map(({ mechanism, file, test }) => [
        mechanism,
        `\`${file}\``,
        `\`${test.file}\`${test.name === '' ? '' : `: "${test.name}"`}`,
      ]);
      return `### ${subject}\n\n${table(['Without', 'in', 'this test fails'], rows)}`;
    })
    .join('\n\n');
