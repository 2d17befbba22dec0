import { createServerClient, type ServerClient } from '@rollcall/client/server';
import axe from 'axe-core';
import { SignJWT } from 'jose';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import {
  SECRET,
  type ServerProcessOptions,
  startServerProcess,
} from '../support/processes/server-process.js';
import { launchBrowser } from './browser-pages.js';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** A server, its console, and a browser. */
export interface ConsoleUnderTest {
  readonly url: string;
  readonly browserVersion: string;
  readonly backEnd: ServerClient;
  /** A server token, with more claims if wanted. */
  token(claims?: Record<string, unknown>): Promise<string>;
  /** Opens an address of the console as somebody who shares nothing with the others. */
  open(path: string, options?: BrowserContextOptions, prepare?: Preparation): Promise<OpenPage>;
  /** Opens an address, and signs in. */
  enter(path: string, options?: BrowserContextOptions, prepare?: Preparation): Promise<OpenPage>;
  stopServer(): Promise<unknown>;
  restartServer(): Promise<void>;
  close(): Promise<void>;
}

/** What is done to a browser context before it opens its page. */
type Preparation = (context: BrowserContext) => Promise<void>;

/** A page, and what went wrong in it: errors, and what its content security policy stopped. */
export interface OpenPage {
  page: Page;
  problems: string[];
}

/** Starts all of it. */
export async function startConsole(how?: ServerProcessOptions): Promise<ConsoleUnderTest> {
  const server = await startServerProcess(how);
  const backEnd = createServerClient({ url: server.url, secret: SECRET });
  const browser: Browser = await launchBrowser();
  const [kid = '', secret = ''] = SECRET.split(':');
  const token = (claims: Record<string, unknown> = {}) =>
    new SignJWT({ server: true, iat: Math.floor(Date.now() / 1000), ...claims })
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(new TextEncoder().encode(secret));
  const open: ConsoleUnderTest['open'] = async (path, options, prepare) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    await prepare?.(context);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', error => problems.push(error.message));
    page.on('console', message => {
      if (message.text().includes('Content Security Policy')) problems.push(message.text());
    });
    await page.goto(server.url + path);
    return { page, problems };
  };
  return {
    url: server.url,
    browserVersion: browser.version(),
    backEnd,
    token,
    open,
    enter: async (path, options, prepare) => {
      const opened = await open(path, options, prepare);
      await signIn(opened.page, await token());
      return opened;
    },
    stopServer: () => server.crash(),
    restartServer: () => server.restart(),
    close: async () => {
      await browser.close();
      await backEnd.disconnect();
      await server.stop();
    },
  };
}

/** Types a token or a secret, and waits for what is behind it. */
export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('Server token or secret').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

/** What axe finds on the page as it is now: each rule that is broken, with the places. */
export async function barriersOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(node => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
    );
  });
}

/** The row of the list with a user, by what is written in it. */
export function rowOf(page: Page, text: string) {
  return page.getByRole('row').filter({ hasText: text });
}
