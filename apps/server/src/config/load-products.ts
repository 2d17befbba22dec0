import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkOwnProducts, type Product } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import { SETTINGS } from './settings-table.js';

const SETTING = SETTINGS.products.name;

/** What a product must be able to do. */
const OPERATIONS = Object.keys({
  deactivate: true,
  reactivate: true,
  delete: true,
  restore: true,
  export: true,
  count: true,
} satisfies Record<Exclude<keyof Product, 'name' | 'ofMessages' | 'migrations'>, true>);

/**
 * Loads the products of the operator, one after the other: each module has one as its default export, or a function,
 * sync or async, that returns one.
 * @param specifiers a path from the folder that begins with a dot, an absolute path, or a package that is found from the
 * folder or from the server.
 * @param folder where paths begin; default the working directory.
 * @throws RollcallError that names the first module which will not do: `INPUT_INVALID` when it is not found, or what it
 * has is no product or has a name that is taken; `UNAVAILABLE` when it throws.
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

/** What the module offers as a product. */
async function exportOf(specifier: string, folder: string): Promise<unknown> {
  const target = targetOf(specifier, folder);
  try {
    const { default: offered } = (await import(target)) as { default?: unknown };
    return typeof offered === 'function' ? await offered() : offered;
  } catch (error) {
    if (isMissing(error, specifier)) throw notFound(specifier);
    const reason = error instanceof Error ? error.message : String(error);
    const message = `${SETTING}: the module "${specifier}" failed when it was loaded: ${reason}`;
    throw new RollcallError('UNAVAILABLE', message, { field: SETTING, cause: error, unrecoverable: true });
  }
}

/** What `import` is given: it would look for both paths and packages from this file. */
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

/** Whether it is the package itself that is missing, and not something that a module imports. */
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
      `its default export is no product and no function that returns one, but ${given}`,
    );
  }
  const product = offered as Record<string, unknown>;
  const missing = OPERATIONS.filter(operation => typeof product[operation] !== 'function');
  if (missing.length > 0) throw refused(specifier, `its product has no ${missing.join('(), no ')}()`);
  if (typeof product.name !== 'string') throw refused(specifier, 'its product has no name');
  const { ofMessages = [], migrations = [] } = product;
  if (!Array.isArray(ofMessages) || !ofMessages.every(name => typeof name === 'string')) {
    throw refused(specifier, 'the ofMessages of its product is no list of names');
  }
  const areMigrations =
    Array.isArray(migrations) &&
    migrations.every((one: { up?: unknown } | null) => typeof one?.up === 'function');
  if (!areMigrations)
    throw refused(specifier, 'the migrations of its product are no list of objects with up()');
  return offered as Product;
}

function refused(specifier: string, problem: string): RollcallError {
  const message = `${SETTING}: the module "${specifier}" will not do: ${problem}`;
  return new RollcallError('INPUT_INVALID', message, { field: SETTING });
}
