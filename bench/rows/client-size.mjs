/** What a page downloads for the client, minified and gzipped: all of it, ours, and tRPC's. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { tableLine } from '../stage/lines.mjs';

const HERE = import.meta.dirname ?? new URL('.', import.meta.url).pathname;

export const clientSize = {
  name: 'client-size',
  says: 'the browser client, gzipped',
  run: measure,
};

async function bundled(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: HERE },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    outdir: 'out',
    metafile: true,
    write: false,
  });
  return { kB: gzipSync(outputFiles[0].contents).length / 1000, outputs: metafile.outputs };
}

async function measure() {
  const whole = await bundled(
    "import { createClient } from '@rollcall/client'; globalThis.createClient = createClient;",
  );
  const { inputs } = Object.values(whole.outputs)[0];
  // Compressed together they cannot be told apart, so the whole is divided by what each brings to the text.
  const bytes = { trpc: 0, all: 0 };
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    bytes.all += bytesInOutput;
    if (path.includes('node_modules/@trpc/')) bytes.trpc += bytesInOutput;
  }
  const trpc = (whole.kB * bytes.trpc) / bytes.all;
  const line = (work, ours, most, stretch) =>
    tableLine({ work, ours, unit: 'kB', ...(most && { most }), ...(stretch && { stretch }) });
  return [
    line('browser client, gzipped', whole.kB, 19),
    line('of it ours', whole.kB - trpc, 8.5, '7 kB'),
    line("of it tRPC's, by its share of the text", trpc),
  ];
}
