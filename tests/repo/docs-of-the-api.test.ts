/** The documents of the HTTP API are what the router and the table of calls say. `npm run docs` makes them anew. */
import { join } from 'node:path';
import { makeDocuments } from '@rollcall/openapi';
import { expect, it } from 'vitest';
import { ROOT } from './tracked-files.js';

it('docs/openapi.json and docs/openapi-3.0.json describe the router as the table of calls has it', async () => {
  for (const [name, text] of Object.entries(await makeDocuments())) {
    await expect(text).toMatchFileSnapshot(join(ROOT, 'docs', name));
  }
});
