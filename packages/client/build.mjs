// Builds the package as it is published: bundled JavaScript, and declarations that name only tRPC. So it installs and
// type-checks without any other package of Rollcall.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { declarationsOf, gatherDeclarations } from './gather-declarations.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/** A table of numbers as an enumeration, of which each number stands where it is used. */
const asNumbers = (name, table) =>
  `export enum ${name} { ${Object.entries(table).map(([key, value]) => `${key} = ${value}`)} }`;

/** What the client needs of each table that is for server and client, by its file. */
const TABLES = {
  limits: ({ LIMITS }) => asNumbers('LIMITS', LIMITS),
  'close-codes': ({ CLOSE_CODES, FATAL_CLOSE_CODES }) =>
    `${asNumbers('CLOSE_CODES', CLOSE_CODES)} export const FATAL_CLOSE_CODES = [${FATAL_CLOSE_CODES}];`,
  'error-codes': ({ ERROR_CODES }) => {
    const codes = Object.entries(ERROR_CODES).map(
      ([code, { unrecoverable }]) => `${code}: ${unrecoverable ? 'LASTS' : 'PASSES'}`,
    );
    return `const LASTS = { unrecoverable: true }; const PASSES = { unrecoverable: false }; export const ERROR_CODES = { ${codes} };`;
  },
};

/** The client uses little of the tables that it shares with the server. A browser does not download the rest. */
const tablesInShort = {
  name: 'tables in short',
  setup(builder) {
    builder.onLoad(
      { filter: /protocol[\\/]dist[\\/].*(limits|close-codes|error-codes)\.js$/ },
      async ({ path }) => {
        const write = TABLES[basename(path, '.js')];
        return { contents: write(await import('@rollcall/protocol')), loader: 'ts' };
      },
    );
  },
};

await rm(join(here, 'dist'), { recursive: true, force: true });
await bundle();
await declare();

async function bundle() {
  const options = {
    absWorkingDir: here,
    outdir: 'dist',
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['#web-socket', '@trpc/*', 'jose', 'ws'],
    logLevel: 'warning',
    plugins: [tablesInShort],
  };
  await build({
    ...options,
    // The code that both entry points need is one file, so that both have the same class of errors.
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    entryPoints: { index: 'src/index.ts', server: 'src/server.ts' },
  });
  // Words, and nothing that the other entry points have: a file of its own, which only those load who show them.
  await build({ ...options, entryPoints: { tables: 'src/tables.ts' } });
  await build({
    ...options,
    entryPoints: ['web-socket', 'web-socket.browser'].map(name => ({
      in: `src/transport/${name}.ts`,
      out: name,
    })),
  });
}

async function declare() {
  const emitted = await mkdtemp(join(tmpdir(), 'rollcall-client-'));
  try {
    const compiler = join(
      dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))),
      'bin',
      'tsc',
    );
    const project = join(here, 'tsconfig.build.json');
    execFileSync(process.execPath, [compiler, '-p', project, '--outDir', emitted], { stdio: 'inherit' });
    const protocol = declarationsOf('@rollcall/protocol');
    // Not its entry point: that also declares what a host passes to the router, and so names the whole server.
    const router = join(dirname(declarationsOf('@rollcall/router')), 'app-router.d.ts');
    await gatherDeclarations({
      entryPoints: ['index.d.ts', 'server.d.ts', 'tables.d.ts'].map(name => join(emitted, name)),
      folders: { client: emitted, protocol: dirname(protocol), router: dirname(router) },
      inlined: { '@rollcall/protocol': protocol, '@rollcall/router': router },
      allowed: /^@trpc\/(client|server)(\/|$)/,
      into: join(here, 'dist', 'declarations'),
      // The declarations of tRPC need it. A project that checks library types may lack it.
      preamble: '/// <reference lib="esnext.disposable" />\n',
    });
  } finally {
    await rm(emitted, { recursive: true, force: true });
  }
}
