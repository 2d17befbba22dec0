/** A client that is generated from the document compiles strictly and works. */
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadConfig, type RunningServer, startServer } from '@rollcall/server';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDocuments } from '../src/index.js';

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const SECRET = 'test:0123456789-0123456789-0123456789';

/** What a stranger writes with the client. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.js';

const [url = '', token = '', id = ''] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl: url, headers: { authorization: \`Bearer \${token}\` } });

const written = await api.PUT('/api/users/{id}', {
  params: { path: { id } },
  body: { name: 'Jane', role: 'admin', book: 'dune' },
});
const jane: components['schemas']['User'] | undefined = written.data;

const found = await api.POST('/api/users/query', { body: { filter: { role: { $in: ['admin'] }, id } } });
const names: (string | undefined)[] = found.data?.users.map(user => user.name) ?? [];

const late = await api.PATCH('/api/users/{id}', {
  params: { path: { id }, header: { 'If-Match': '"99"' } },
  body: { set: { name: 'J.' } },
});
const code: components['schemas']['Problem']['code'] | undefined = late.error?.code;

const deleted = await api.DELETE('/api/users/{id}', { params: { path: { id }, query: { user: 'soft' } } });
const task: string | undefined = deleted.data?.task_id;

const page = await api.GET('/api/users', { params: { query: { limit: 5, include_deactivated_users: true } } });

console.log(JSON.stringify({ jane, names, code, status: late.response.status, task, count: page.data?.users.length }));
`;

/** Each is a mistake that the types have to find. */
const MISTAKES = [
  `await api.GET('/api/user/{id}', { params: { path: { id: 'jane' } } });`,
  `await api.GET('/api/users/{id}', {});`,
  `await api.DELETE('/api/users/{id}', { params: { path: { id: 'jane' }, query: { user: 'softly' } } });`,
  `await api.POST('/api/roles', { body: { nam: 'x' } });`,
  `await api.POST('/api/users/query', { body: { options: { limit: 'many' } } });`,
];

let folder: string;
let server: RunningServer;
let documents: Awaited<ReturnType<typeof makeDocuments>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-generated-'));
  await symlink(MODULES, join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const env = {
    ROLLCALL_DATABASE_URL: `sqlite:${join(folder, 'rollcall.sqlite')}`,
    ROLLCALL_SECRET: SECRET,
    ROLLCALL_PORT: '0',
    ROLLCALL_DRAIN_MS: '0',
    ROLLCALL_CONSOLE: 'off',
    ROLLCALL_LOG_LEVEL: 'silent',
  };
  server = await startServer(loadConfig(env));
  documents = await makeDocuments();
});
afterAll(() => server?.close());

/** A token, made as libraries for JWT make it. */
function serverToken(): string {
  const [kid = '', secret = ''] = SECRET.split(':');
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT', kid })}.${part({ server: true })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** Compiles programs of the folder. @returns what the compiler says, and about which file */
function compile(...names: string[]): { at: string | undefined; says: string }[] {
  const options: ts.CompilerOptions = {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: ['node'],
    typeRoots: [join(MODULES, '@types')],
  };
  const program = ts.createProgram(
    names.map(name => join(folder, name)),
    options,
  );
  program.emit();
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
    at: file?.fileName,
    says: ts.flattenDiagnosticMessageText(messageText, ' '),
  }));
}

describe.each(['openapi.json', 'openapi-3.0.json'] as const)('a client generated from %s', document => {
  it('compiles strictly, does what its types say, and finds mistakes before they are made', async () => {
    const types = astToString(await openapiTS(documents[document]));
    await writeFile(join(folder, 'schema.ts'), types);
    await writeFile(join(folder, 'program.ts'), PROGRAM);
    expect(compile('program.ts')).toEqual([]);
    const id = `jane-${document}`;
    const args = [join(folder, 'program.js'), server.url, serverToken(), id];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(JSON.parse(stdout)).toMatchObject({
      jane: { id, name: 'Jane', custom: { book: 'dune' } },
      names: ['Jane'],
      code: 'REVISION_CONFLICT',
      status: 412,
      task: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });

    const [head = ''] = PROGRAM.split('const written');
    const files = MISTAKES.map((_, index) => `mistake-${index}.ts`);
    for (const [index, file] of files.entries())
      await writeFile(join(folder, file), `${head}\n${MISTAKES[index]}`);
    const found = compile(...files);
    expect(files.filter(file => !found.some(({ at }) => at?.endsWith(file)))).toEqual([]);
  });
});
