// Builds the package as it is published: bundled JavaScript, and declarations that name only tRPC. So it installs and
// type-checks without any other package of Rollcall.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { declarationsOf, gatherDeclarations } from './gather-declarations.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * The table of limits is for server and client, and the client uses few of them. As an enumeration, each limit becomes
 * a number where it is used, and a browser does not download the table.
 */
const limitsAsNumbers = {
  name: 'limits as numbers',
  setup(builder) {
    builder.onLoad({ filter: /protocol[\\/]dist[\\/]limits\.js$/ }, async () => {
      const { LIMITS } = await import('@rollcall/protocol');
      const members = Object.entries(LIMITS).map(([name, value]) => `${name} = ${value}`);
      return { contents: `export enum LIMITS { ${members.join(', ')} }`, loader: 'ts' };
    });
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
    plugins: [limitsAsNumbers],
  };
  await build({
    ...options,
    // The code that both entry points need is one file, so that both have the same class of errors.
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    entryPoints: { index: 'src/index.ts', server: 'src/server.ts' },
  });
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
      entryPoints: ['index.d.ts', 'server.d.ts'].map(name => join(emitted, name)),
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
