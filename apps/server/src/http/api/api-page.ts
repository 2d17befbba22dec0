import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../logger.js';
import { ServedFile } from '../console/served-file.js';

/** Where the build puts the files (`build-api-page.mjs`). The sources are as deep in their folder as what is built of them. */
const BUILT = fileURLToPath(new URL('../../../dist/api-page/', import.meta.url));

/** By path: the documents that describe the HTTP API, and the page that shows them. */
const FILES = {
  '/openapi.json': 'openapi.json',
  '/openapi-3.0.json': 'openapi-3.0.json',
  '/api/docs': 'docs.html',
  '/api/docs/start.js': 'start.js',
  '/api/docs/swagger-ui.css': 'swagger-ui.css',
  '/api/docs/swagger-ui-bundle.js': 'swagger-ui-bundle.js',
} as const;

/** What describes the HTTP API, by path. */
export type ApiPage = ReadonlyMap<string, ServedFile>;

/** Whether a path is one of the page, where no call is, whatever the table of calls says. */
export function isApiPage(path: string): boolean {
  return path === '/api/docs' || path.startsWith('/api/docs/');
}

/**
 * Reads the page, and nothing of it again after the start. Where it has not been built, the log says so and the server runs
 * without it.
 * @param folder default: the one that the build fills.
 */
export async function readApiPage(logger: Logger, folder = BUILT): Promise<ApiPage> {
  try {
    const files = Object.entries(FILES).map(
      async ([path, name]) => [path, new ServedFile(name, await readFile(join(folder, name)))] as const,
    );
    return new Map(await Promise.all(files));
  } catch (err) {
    logger.info(
      { err },
      'there is no page at /api/docs and no /openapi.json: they are not built (npm run build)',
    );
    return new Map();
  }
}
