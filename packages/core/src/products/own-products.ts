import { RollcallError } from '@rollcall/protocol';
import { productMigrations } from '../database/product-migrations.js';
import { chatProduct } from './chat/chat-product.js';
import { feedsProduct } from './feeds/feeds-product.js';
import type { Product } from './product.js';
import { videoProduct } from './video/video-product.js';

const BUILT_IN = [chatProduct, videoProduct, feedsProduct].map(({ name }) => name);

/**
 * Checks that an operator's products can stand beside the built-in ones. Counts and exports identify each product by
 * its name.
 * @throws RollcallError `INPUT_INVALID` for a name that is malformed or used twice, and for a migration whose name or
 * timestamp is not accepted.
 */
export function checkOwnProducts(products: readonly Product[]): void {
  const names = new Set(BUILT_IN);
  for (const { name } of products) {
    if (!/^[a-z][a-z0-9_-]{0,31}$/.test(name)) {
      throw refused(
        `a product name has 1–32 characters of a-z 0-9 _ - and begins with a letter; this one is ${JSON.stringify(name)}`,
      );
    }
    if (names.has(name)) throw refused(`another product already has the name "${name}"`);
    names.add(name);
  }
  productMigrations(products);
}

function refused(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message, { field: 'products' });
}
