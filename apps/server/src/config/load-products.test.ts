import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RollcallError } from '@rollcall/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProducts } from './load-products.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-products-'));
});
afterEach(() => rm(folder, { recursive: true }));

const OPERATIONS = ['deactivate', 'reactivate', 'delete', 'restore', 'export', 'count'];

/** The text of a product; `but` is what it has instead. */
function productText(name: string, but = ''): string {
  return `{ name: '${name}', ${OPERATIONS.map(one => `${one}: async () => ({})`).join(', ')}, ${but} }`;
}

async function write(path: string, text: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

const namesOf = async (...specifiers: string[]) =>
  (await loadProducts(specifiers, folder)).map(({ name }) => name);

async function refusal(...specifiers: string[]): Promise<RollcallError> {
  const error = await loadProducts(specifiers, folder).catch((caught: RollcallError) => caught);
  if (Array.isArray(error)) throw new Error('the modules were accepted');
  for (const part of ['ROLLCALL_PRODUCTS', `"${specifiers.at(-1)}"`]) expect(error.message).toContain(part);
  expect(error.field).toBe('ROLLCALL_PRODUCTS');
  return error;
}

describe('a product is loaded', () => {
  it('from a path in the folder, an absolute path and a package, in this order', async () => {
    await write('own/a.mjs', `export default ${productText('a')};`);
    const absolute = await write('b.mjs', `export default ${productText('b')};`);
    await write('node_modules/@shop/c/package.json', '{ "type": "module", "main": "c.js" }');
    await write('node_modules/@shop/c/c.js', `export default ${productText('c')};`);
    expect(await namesOf('./own/a.mjs', absolute, '@shop/c')).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['a function that returns it', `export default () => (${productText('made')});`],
    ['an async function that returns it', `export default async () => (${productText('made')});`],
    ['a CommonJS module', `module.exports = ${productText('made')};`],
    [
      'an object whose operations are of its class',
      `class Made { name = 'made'; ${OPERATIONS.map(one => `async ${one}() {}`).join(' ')} } export default new Made();`,
    ],
  ])('from %s', async (what, text) => {
    const file = what === 'a CommonJS module' ? 'made.cjs' : 'made.mjs';
    await write(file, text);
    expect(await namesOf(`./${file}`)).toEqual(['made']);
  });

  it('from nowhere when none is named', async () => {
    expect(await namesOf()).toEqual([]);
  });
});

describe('a module that cannot be used is named, with the reason:', () => {
  it.each(['./missing.mjs', '/missing/altogether.mjs', 'rollcall-missing', '@shop/missing', '.'])(
    'there is no %s',
    async specifier => {
      const error = await refusal(specifier);
      expect(error.code).toBe('INPUT_INVALID');
      expect(error.message).toContain('there is no such file or package');
    },
  );

  it('it imports what is not there', async () => {
    await write('a.mjs', `import 'rollcall-missing'; export default ${productText('a')};`);
    const error = await refusal('./a.mjs');
    expect(error).toMatchObject({ code: 'UNAVAILABLE', unrecoverable: true });
    expect(error.message).toContain('rollcall-missing');
  });

  it.each([
    ['when it is loaded', "throw new Error('no luck today');"],
    ['in its function', "export default () => { throw new Error('no luck today'); };"],
    ['in its async function', "export default async () => { throw new Error('no luck today'); };"],
  ])('it throws %s', async (_when, text) => {
    await write('a.mjs', text);
    const error = await refusal('./a.mjs');
    expect(error).toMatchObject({ code: 'UNAVAILABLE', unrecoverable: true, cause: expect.any(Error) });
    expect(error.message).toContain('no luck today');
  });

  it.each([
    ['it has no default export', `export const product = ${productText('a')};`, 'nothing'],
    ['its default export is a text', "export default 'product';", 'string'],
    ['its function returns nothing', 'export default () => undefined;', 'nothing'],
    ['its function returns null', 'export default () => null;', 'nothing'],
    [
      'operations are missing, each of them named',
      "export default { name: 'a', deactivate() {}, delete() {}, export: true, count() {} };",
      'no reactivate(), no restore(), no export()',
    ],
    ['it has no name', `export default ${productText('a', 'name: undefined')};`, 'has no name'],
    ['its name is not allowed', `export default ${productText('My Shop')};`, 'My Shop'],
    ['its name is that of a built-in product', `export default ${productText('chat')};`, '"chat"'],
    ['its ofMessages is no list', `export default ${productText('a', "ofMessages: 'all'")};`, 'ofMessages'],
    ['its migrations are no list', `export default ${productText('a', 'migrations: {}')};`, 'migrations'],
    ['its migrations do nothing', `export default ${productText('a', 'migrations: [null]')};`, 'migrations'],
    [
      'its migration has no timestamp',
      `export default ${productText('a', "migrations: [{ name: 'Table', async up() {} }]")};`,
      'timestamp',
    ],
  ])('%s', async (_why, text, reason) => {
    await write('a.mjs', text);
    const error = await refusal('./a.mjs');
    expect(error.code).toBe('INPUT_INVALID');
    expect(error.message).toContain(reason);
  });

  it('its name is that of another one', async () => {
    await write('a.mjs', `export default ${productText('a')};`);
    await write('b.mjs', `export default ${productText('a')};`);
    expect((await refusal('./a.mjs', './b.mjs')).message).toContain('"a"');
  });
});
