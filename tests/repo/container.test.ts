/** An image holds nothing of the one who builds it, and its user can write where the data is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './tracked-files.js';

const linesOf = (file: string) =>
  readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'));

it('leaves out of an image what git leaves out, secrets and databases included, and the history', () => {
  // Git looks for a name in every folder unless a slash begins it; Docker looks at the top unless `**/` begins it.
  const ignored = linesOf('.gitignore').map(line => {
    const name = line.replace(/\/$/, '');
    return name.startsWith('/') ? name.slice(1) : `**/${name}`;
  });
  expect(linesOf('.dockerignore').sort()).toEqual(['.git', ...ignored].sort());
});

it('gives the folder of the data to the user that the server runs as', () => {
  const page = readFileSync(join(ROOT, 'docs/deployment.md'), 'utf8');
  const [, file = ''] = /^```dockerfile\n(.*?)^```$/ms.exec(page) ?? [];
  const [asRoot = '', asUser = ''] = file.split('USER node\n');
  const [, folder] = /ROLLCALL_DATABASE_URL=sqlite:(\S+)\/[^/\s]+/.exec(asUser) ?? [];
  expect(folder).toMatch(/^\//);
  expect(asRoot).toContain(`mkdir ${folder}`);
  expect(asRoot).toContain(`chown node:node ${folder}`);
  expect(asUser).toContain(`VOLUME ${folder}`);
});
