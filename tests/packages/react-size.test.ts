import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

/**
 * What the bindings may add to a page that has React and the client, gzipped. The sessions that connect take a sixth of it, lists
 * an eighth, entries and the table of users another sixth.
 */
const MAX_BYTES = 5_150;

/** What a bundler makes of an entry; `build` must have been run, for this is about what is published. */
async function bundled(entry: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from '${entry}'`, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['react', 'react/*', 'react-dom', '@rollcall/client', '@rollcall/client/*'],
    metafile: true,
    outdir: 'out',
    write: false,
  });
  return { text: outputFiles[0]?.text ?? '', modules: Object.keys(metafile.inputs) };
}

it(`everything of the main entry is at most ${MAX_BYTES} bytes gzipped`, async () => {
  const { text } = await bundled('@rollcall/react');
  const bytes = gzipSync(text, { level: 9 }).length;
  console.info(`@rollcall/react, minified and gzipped: ${bytes} bytes`);
  expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
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
