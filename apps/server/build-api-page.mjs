/**
 * Puts together what the server has at `/api/docs` and `/openapi.json`: two files of Swagger UI, the page that starts it, and
 * the documents that `npm run docs` makes. Nothing of it is fetched when somebody looks at it.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = import.meta.dirname;
const SWAGGER = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
const DOCUMENTS = join(HERE, '../../docs');
const TARGET = join(HERE, 'dist/api-page');

await mkdir(TARGET, { recursive: true });
for (const [folder, ...names] of [
  [join(HERE, 'api-page'), 'docs.html', 'start.js'],
  [SWAGGER, 'swagger-ui.css', 'swagger-ui-bundle.js'],
  [DOCUMENTS, 'openapi.json', 'openapi-3.0.json'],
]) {
  for (const name of names) await copyFile(join(folder, name), join(TARGET, name));
}
for (const name of ['LICENSE', 'NOTICE']) {
  await copyFile(join(SWAGGER, name), join(TARGET, `swagger-ui-${name}.txt`));
}
