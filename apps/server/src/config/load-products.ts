import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkOwnProducts, type Product } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import { SETTINGS } from './settings-table.js';
import { shareCore } from './share-core.js';

const SETTING = SETTINGS.products.name;

/** The operations that every product must have. */
const OPERATIONS = Object.keys({
  deactivate: true,
  reactivate: true,
  delete: true,
  restore: true,
  export: true,
  count: true,
} satisfies Record<Exclude<keyof Product, 'name' | 'ofMessages' | 'migrations'>, true>);

/**
 * Loads the operator's products one after the other. The default export of each module is a product, or a function, sync
 * or async, that returns one.
 * @param specifiers each a path relative to the folder that begins with a dot, an absolute path, or a package that can be
 * found from the folder or from the server.
 * @param folder where relative paths begin; default the working directory.
 * @throws RollcallError that names the first module that cannot be used: `INPUT_INVALID` when the module is not found,
 * does not export a product, or exports one whose name is taken; `UNAVAILABLE` when the module throws.
 */
export async function loadProducts(
  specifiers: readonly string[],
  folder: string = process.cwd(),
): Promise<Product[]> {
  const products: Product[] = [];
  for (const specifier of specifiers) {
    const product = requireProduct(specifier, await exportOf(specifier, folder));
    try {
      checkOwnProducts([...products, product]);
    } catch (error) {
      throw refused(specifier, (error as Error).message);
    }
    products.push(product);
  }
  return products;
}

/** What the module exports as its product, unchecked. */
async function exportOf(specifier: string, folder: string): Promise<unknown> {
  const target = targetOf(specifier, folder);
  shareCore();
  try {
    const { default: offered } = (await import(target)) as { default?: unknown };
    return typeof offered === 'function' ? await offered() : offered;
  } catch (error) {
    if (isMissing(error, specifier)) throw notFound(specifier);
    const reason = error instanceof Error ? error.message : String(error);
    const message = `${SETTING}: the module "${specifier}" failed while it was loaded: ${reason}`;
    throw new RollcallError('UNAVAILABLE', message, { field: SETTING, cause: error, unrecoverable: true });
  }
}

/** The argument for `import`, which by itself would resolve both paths and packages relative to this file. */
function targetOf(specifier: string, folder: string): string {
  if (/^\.\.?([/\\]|$)/.test(specifier) || isAbsolute(specifier)) {
    const file = resolve(folder, specifier);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw notFound(specifier);
    return pathToFileURL(file).href;
  }
  try {
    const found = createRequire(join(folder, 'rollcall.js')).resolve(specifier);
    return isAbsolute(found) ? pathToFileURL(found).href : found;
  } catch {
    return specifier;
  }
}

/** Whether the package itself is missing, rather than something that it imports. */
function isMissing(error: unknown, specifier: string): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === 'ERR_MODULE_NOT_FOUND' && String(message).includes(`'${specifier}'`);
}

function notFound(specifier: string): RollcallError {
  return refused(specifier, 'there is no such file or package; a path begins with ./, ../ or /');
}

function requireProduct(specifier: string, offered: unknown): Product {
  if (typeof offered !== 'object' || offered === null) {
    const given = offered === undefined || offered === null ? 'nothing' : typeof offered;
    throw refused(
      specifier,
      `its default export must be a product or a function that returns one, and is ${given}`,
    );
  }
  const product = offered as Record<string, unknown>;
  const missing = OPERATIONS.filter(operation => typeof product[operation] !== 'function');
  if (missing.length > 0) throw refused(specifier, `its product has no ${missing.join('(), no ')}()`);
  if (typeof product.name !== 'string') throw refused(specifier, 'its product has no name');
  const { ofMessages = [], migrations = [] } = product;
  if (!Array.isArray(ofMessages) || !ofMessages.every(name => typeof name === 'string')) {
    throw refused(specifier, 'the ofMessages of its product must be a list of names');
  }
  const areMigrations =
    Array.isArray(migrations) &&
    migrations.every((one: { up?: unknown } | null) => typeof one?.up === 'function');
  if (!areMigrations)
    throw refused(specifier, 'the migrations of its product must be a list of objects with up()');
  return offered as Product;
}

function refused(specifier: string, problem: string): RollcallError {
  const message = `${SETTING}: the module "${specifier}" cannot be used: ${problem}`;
  return new RollcallError('INPUT_INVALID', message, { field: SETTING });
}
