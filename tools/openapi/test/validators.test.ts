/** Two validators that know nothing of each other take both documents. */
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import SwaggerParser from '@apidevtools/swagger-parser';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeDocuments } from '../src/index.js';

const NAMES = ['openapi.json', 'openapi-3.0.json'] as const;
const REDOCLY = join(dirname(fileURLToPath(import.meta.resolve('@redocly/cli/package.json'))), 'bin/cli.js');

let folder: string;
let documents: Awaited<ReturnType<typeof makeDocuments>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-openapi-'));
  documents = await makeDocuments();
  for (const [name, text] of Object.entries(documents)) await writeFile(join(folder, name), text);
});

describe.each(NAMES)('%s', name => {
  it('is valid for Redocly, with all of its recommended rules but one', async () => {
    // Refusals are described once, as the default.
    const args = [
      'lint',
      '--extends',
      'recommended',
      '--skip-rule',
      'operation-4xx-response',
      '--format',
      'json',
    ];
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    const { stdout } = await promisify(execFile)(process.execPath, [REDOCLY, ...args, name], {
      cwd: folder,
      env,
    });
    expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0, warnings: 0 } });
  });

  it('is valid for the parser of Swagger', async () => {
    const { paths } = await SwaggerParser.validate(join(folder, name));
    expect(Object.keys(paths ?? {}).length).toBeGreaterThan(50);
  });
});

it('the validators refuse what is wrong: neither of them says yes to everything', async () => {
  const document = JSON.parse(documents['openapi.json']) as { paths: Record<string, object> };
  document.paths['/api/broken'] = { get: { responses: { 200: { content: 'nothing' } } } };
  const file = join(folder, 'broken.json');
  await writeFile(file, JSON.stringify(document));
  await expect(SwaggerParser.validate(file)).rejects.toThrow();
  const lint = promisify(execFile)(process.execPath, [REDOCLY, 'lint', '--extends', 'minimal', file]);
  await expect(lint).rejects.toThrow();
});
