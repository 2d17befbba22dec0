// Builds the package that is published: bundled JavaScript, and declarations that name nothing but tRPC, so that it
// installs and type-checks where no other package of Rollcall is.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { declarationsOf, gatherDeclarations } from './gather-declarations.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * The table of limits is for both ends, and a client asks few of them. As an enumeration each is written as its number
 * where it is asked, and the table is left out of what a browser downloads.
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
    // What both entry points need is one file, so that there is one class of errors whichever of the two is imported.
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
    // Not its entry point, which also tells a host what to hand to the router, and so names the whole server.
    const router = join(dirname(declarationsOf('@rollcall/router')), 'app-router.d.ts');
    await gatherDeclarations({
      entryPoints: ['index.d.ts', 'server.d.ts'].map(name => join(emitted, name)),
      folders: { client: emitted, protocol: dirname(protocol), router: dirname(router) },
      inlined: { '@rollcall/protocol': protocol, '@rollcall/router': router },
      allowed: /^@trpc\/(client|server)(\/|$)/,
      into: join(here, 'dist', 'declarations'),
      // The declarations of tRPC need it, and a project that checks library types may not have asked for it.
      preamble: '/// <reference lib="esnext.disposable" />\n',
    });
  } finally {
    await rm(emitted, { recursive: true, force: true });
  }
}
