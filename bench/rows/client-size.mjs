/** What a page downloads for the client, minified and gzipped: all of it, ours, and tRPC's. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { tableLine } from '../stage/lines.mjs';

const HERE = import.meta.dirname ?? new URL('.', import.meta.url).pathname;

const PARTS =
  'The client of tRPC is 7.6 kB when it is built alone. The rest is what the client does: sockets and streams take 5.9 kB, events and presence 4.7, what the protocol says 2.2, the checks of what it is given 1.4, the kinds of users 1.3, signing in 0.8. Without any of its texts it would still be above the bar.';

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
  const line = (work, ours, bar = {}) => tableLine({ work, ours, unit: 'kB', ...bar });
  return [
    line('browser client, gzipped', whole.kB, { most: 19, why: PARTS }),
    line('of it ours', whole.kB - trpc, { most: 8.5, stretch: '7 kB', why: PARTS }),
    line("of it tRPC's, by its share of the text", trpc),
  ];
}
