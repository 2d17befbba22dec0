import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packedPackage } from '../support/packed/packed-package.js';

const TYPESCRIPT = '7.0.2';

const run = promisify(execFile);
let folder: string;
const packed = ['@rollcall/client', '@rollcall/react'].map(packedPackage);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-packed-react-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('holds what it exports and nothing of the repository', () => {
  const paths = packedPackage('@rollcall/react').files;
  const entries = ['index', 'suspense/index', 'query/index', 'devtools/index'].map(name => `dist/${name}.js`);
  expect(paths).toEqual(
    expect.arrayContaining(['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', ...entries]),
  );
  const other = paths.filter(
    path => !path.startsWith('dist/') && !/^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(path),
  );
  expect(other).toEqual([]);
  expect(paths.filter(path => path.includes('.test.'))).toEqual([]);
});

describe.each([
  ['18.2.0', '18.2.79'],
  ['19.3.1', '19.3.3'],
])('beside React %s', (react, types) => {
  let project: string;

  beforeAll(async () => {
    project = join(folder, react);
    await mkdir(project);
    await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    const tarballs = packed.map(({ tarball }) => tarball);
    const wanted = [
      `react@${react}`,
      `react-dom@${react}`,
      `@types/react@${types}`,
      `typescript@${TYPESCRIPT}`,
    ];
    await run(
      'npm',
      ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs, ...wanted],
      { cwd: project },
    );
    await writeFile(join(project, 'program.tsx'), PROGRAM);
    await writeFile(join(project, 'run.mjs'), RUN);
  });

  it.each(['nodenext', 'bundler'])(
    'type-checks in an empty project, library types included: %s',
    async how => {
      const compilerOptions = {
        target: 'es2022',
        module: how === 'bundler' ? 'esnext' : how,
        moduleResolution: how,
        jsx: 'react-jsx',
        strict: true,
        noEmit: true,
        types: [],
      };
      await writeFile(
        join(project, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, include: ['program.tsx'] }),
      );
      const compiler = join(project, 'node_modules/typescript/bin/tsc');
      const { stdout } = await run(process.execPath, [compiler, '-p', project]).catch(error => error);
      expect(stdout).toBe('');
    },
  );

  it('renders on a server', async () => {
    const { stdout } = await run(process.execPath, ['run.mjs'], { cwd: project });
    expect(stdout).toBe('<p>pending disconnected</p>\n');
  });
});

const PROGRAM = `
import { type Client, createClient, type RollcallError, type User } from '@rollcall/client';
import type { ServerClient } from '@rollcall/client/server';
import { RollcallProvider, useAction, useConnection, useEvents, useMe, usePresence, useRollcall, useTask, useUser, useUsers } from '@rollcall/react';
import { RollcallDevtools } from '@rollcall/react/devtools';
import { useLiveQueries, type QueryClientLike } from '@rollcall/react/query';
import { useUser as useSettledUser } from '@rollcall/react/suspense';

interface Custom { book?: string; age?: number }
declare module '@rollcall/react' { interface Register { client: Client<Custom> } }
declare const queryClient: QueryClientLike;
declare const server: ServerClient;
const client = createClient<Custom>({ url: 'http://localhost:4600' });

export function Inside() {
  const me = useMe();
  if (me.status === 'success') { const book: string | undefined = me.data.custom.book; console.log(book); }
  if (me.status === 'error') { const error: RollcallError = me.error; console.log(error.code, me.data?.name); }
  me.update({ set: { age: 7 } }).then((user: User<Custom>) => user.custom.age);
  // @ts-expect-error custom data has a type
  me.update({ set: { age: 'seven' } });
  const name = useUser('john', user => user.name?.length ?? 0);
  const length: number | undefined = name.data;
  const other = useUser<{ mood: string }>('john');
  const mood: string | undefined = other.data?.custom.mood;
  const list = useUsers({ age: { $gte: 18 } }, [{ field: 'book', direction: 1 }], { presence: true });
  // @ts-expect-error there is no such path
  useUsers({ aeg: 18 });
  list.loadMore(); list.showNew(); list.reload();
  const ages: (number | undefined)[] | undefined = list.data?.users.map(user => user.custom.age);
  useEvents('user.updated', event => console.log(event.user.custom.book, event.changes));
  useEvents(item => console.log(item.type));
  // @ts-expect-error a type of event that there is not
  useEvents('user.exploded', () => undefined);
  const action = useAction(async (id: string) => id.length);
  action.run('john').then(answer => answer?.toFixed());
  useLiveQueries(queryClient, [{ queryKey: ['users'] }]);
  const settled: string = useSettledUser('john').data.id;
  const presence = usePresence(['john']);
  return <p>{length}{mood}{ages?.length}{settled}{String(presence.data?.john?.online)}{useTask('t').data?.status}{useRollcall().user?.id}{useConnection().status}</p>;
}

export const roots = [
  <RollcallProvider client={client} user={{ id: 'jane', book: 'dune' }} token={async () => 'token'}><Inside /><RollcallDevtools /></RollcallProvider>,
  <RollcallProvider client={client} user={null} token={undefined} />,
  <RollcallProvider client={client} guest />,
  <RollcallProvider client={client} anonymous />,
  <RollcallProvider client={server} />,
  // @ts-expect-error a user needs a token
  <RollcallProvider client={client} user={{ id: 'jane' }} />,
  // @ts-expect-error a back end is connected by nature
  <RollcallProvider client={server} guest />,
];
`;

const RUN = `
import { createClient } from '@rollcall/client';
import { RollcallProvider, useConnection, useUser } from '@rollcall/react';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
const client = createClient({ url: 'http://127.0.0.1:1' });
const Inside = () => createElement('p', null, useUser('john').status + ' ' + useConnection().status);
console.log(renderToString(createElement(RollcallProvider, { client, anonymous: true }, createElement(Inside))));
`;
