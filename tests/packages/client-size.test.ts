import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type OutputFile } from 'esbuild';
import { beforeAll, expect, it } from 'vitest';

/**
 * What a page may have to download for the client, gzipped. A third of it is tRPC's. It was 20,000 until bans,
 * blocks, devices, guests, presence and the table of the connection came: 13 methods and 1,700 bytes. It was 22,000 until
 * the checks of every argument came, 4,500 bytes, and what the connection says of waits, 1,400 bytes. It was 28,000 until
 * openings that are never answered got an end, and a full server its reason, 180 bytes; then the subscriptions stopped
 * using the WebSocket client of tRPC, 3,300 bytes, and SSE stopped being a part of its own: what a bundler leaves out for
 * it was more than it is, 600 bytes; and the tables of codes are as short as the client needs them, 190 bytes. Then
 * came two codes of idempotency keys, 29 bytes, two events of webhooks, 25, and positions that lead on into another epoch, 29.
 */
const MAX_BYTES = 24_100;

/** The program of a browser developer; `build` must have been run, for this is about what is published. */
const OPTIONS = {
  stdin: {
    contents: "import { createClient } from '@rollcall/client'; globalThis.createClient = createClient;",
    resolveDir: import.meta.dirname,
  },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  outdir: 'out',
  metafile: true,
  write: false,
} satisfies BuildOptions;

const gzipped = (file: OutputFile) => gzipSync(file.contents).length;

let whole: Awaited<ReturnType<typeof build<typeof OPTIONS>>>;

beforeAll(async () => {
  whole = await build(OPTIONS);
});

it(`the whole client, in one file, is at most ${MAX_BYTES} bytes gzipped`, async () => {
  const bytes = whole.outputFiles.map(gzipped);
  console.info(`@rollcall/client for browsers, minified and gzipped: ${bytes} bytes in one file`);
  expect(bytes).toHaveLength(1);
  expect(bytes[0]).toBeLessThanOrEqual(MAX_BYTES);
});

it('nothing in it is for servers, and no schema library is in it', () => {
  const modules = Object.keys(whole.metafile.inputs).filter(path => path !== '<stdin>');
  const packages = modules.map(path => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  expect([...new Set(packages.filter(name => name !== undefined))].sort()).toEqual([
    '@trpc/client',
    '@trpc/server',
  ]);
  const text = whole.outputFiles[0]?.text ?? '';
  for (const trace of ['zod', 'typeorm', 'SignJWT', 'node:', 'require(']) expect(text).not.toContain(trace);
});

it('it takes the WebSocket of the browser, and that of Node is left out', () => {
  const modules = Object.keys(whole.metafile.inputs);
  expect(modules.some(path => path.endsWith('dist/web-socket.browser.js'))).toBe(true);
  expect(modules.some(path => path.endsWith('dist/web-socket.js'))).toBe(false);
});
