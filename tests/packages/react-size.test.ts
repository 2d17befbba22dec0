import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

/** What the bindings may add to a page that has React and the client, with all hooks, gzipped. */
const MAX_BYTES = 5_400;

/** What the provider and any one hook may add: what most pages begin with. */
const MAX_BYTES_OF_ONE_HOOK = 4_100;

/** The hooks, each with the provider, which every page needs. */
const HOOKS = [
  'useRollcall',
  'useConnection',
  'useEvents',
  'useAction',
  'useMe',
  'useUser',
  'usePresence',
  'useTask',
  'useUsers',
];

/** What a bundler makes of what is imported of an entry; `build` must have been run, for this is about what is published. */
async function bundled(entry: string, imported = '*') {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export ${imported} from '${entry}'`, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['react', 'react/*', 'react-dom', '@rollcall/client', '@rollcall/client/*'],
    metafile: true,
    outdir: 'out',
    write: false,
  });
  const text = outputFiles[0]?.text ?? '';
  return { text, bytes: gzipSync(text, { level: 9 }).length, modules: Object.keys(metafile.inputs) };
}

it(`everything of the main entry is at most ${MAX_BYTES} bytes gzipped, and a page pays for what it imports`, async () => {
  const { bytes } = await bundled('@rollcall/react');
  const weights: [what: string, bytes: number][] = [
    ['the provider', (await bundled('@rollcall/react', '{ RollcallProvider }')).bytes],
  ];
  for (const hook of HOOKS) {
    const one = await bundled('@rollcall/react', `{ RollcallProvider, ${hook} }`);
    weights.push([`the provider and \`${hook}\``, one.bytes]);
  }
  weights.push(['everything', bytes]);
  console.info(weights.map(([what, one]) => `${one} bytes: ${what}`).join('\n'));
  expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
  expect(weights.slice(0, -1).filter(([, one]) => one > MAX_BYTES_OF_ONE_HOOK)).toEqual([]);
  const page = await readFile(join(import.meta.dirname, '../../packages/react/README.md'), 'utf8');
  for (const [what, one] of weights) expect(page).toContain(`| ${what} | ${(one / 1_000).toFixed(1)} |`);
});

it('nothing of the other entries is in it, and nothing of TanStack in any', async () => {
  const main = await bundled('@rollcall/react');
  expect(main.modules.filter(path => /dist\/(suspense|query|devtools)\//.test(path))).toEqual([]);
  for (const entry of ['', '/suspense', '/query', '/devtools']) {
    const { text, modules } = await bundled(`@rollcall/react${entry}`);
    expect(text).not.toMatch(/from"@?tanstack/i);
    expect(modules.filter(path => path.includes('node_modules/'))).toEqual([]);
  }
});
