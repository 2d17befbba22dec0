import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';

/** A real browser, and a web server of its own with one page. */
export interface BrowserPages {
  /** Opens the page as somebody who shares nothing with the other pages. What goes wrong in it is put into `problems`. */
  open(): Promise<{ page: Page; problems: string[] }>;
  close(): Promise<void>;
}

/** Starts Chromium. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.ROLLCALL_TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

/**
 * Starts Chromium and serves a page with a script.
 * @param script a file of TypeScript; it is bundled with the built client, as a browser developer's bundler
 * finds it. @param body the HTML of the page, without the script. @param how what else the bundler is told.
 */
export async function startBrowserPages(
  script: URL,
  body: string,
  how: Pick<BuildOptions, 'alias' | 'jsx' | 'plugins'> = {},
): Promise<BrowserPages> {
  const bundle = await build({
    entryPoints: [fileURLToPath(script)],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    ...how,
  });
  const text = bundle.outputFiles[0]?.text ?? '';
  const html = `<!doctype html><meta charset="utf-8"><title>Rollcall</title>${body}<script type="module" src="/page.js"></script>`;
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? text : html);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser();
  return {
    async open() {
      const page = await (await browser.newContext()).newPage();
      const problems: string[] = [];
      page.on('pageerror', error => problems.push(error.message));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      return { page, problems };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}
