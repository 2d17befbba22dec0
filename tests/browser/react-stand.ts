import { fileURLToPath } from 'node:url';
import type { ServerClient } from '@rollcall/client/server';
import type { Page, Request } from 'playwright-core';
import { expect } from 'vitest';
import { until as untilWithin } from '../support/until.js';
import { type BrowserPages, startBrowserPages } from './browser-pages.js';
import type { Stage } from './react-scenes.js';

const REACT_18 = (name: string) =>
  fileURLToPath(new URL(`../../packages/react-18/node_modules/${name}`, import.meta.url));

/** The newest React and the oldest, with what a bundler is told of it. */
export const VERSIONS = [
  ['19', {}],
  ['18.2', { react: REACT_18('react'), 'react-dom': REACT_18('react-dom') }],
] as const;

/** For what hangs: with a mechanism switched off, most of these tests hang. */
export const until = (what: string, holds: () => boolean | Promise<boolean>) =>
  untilWithin(what, holds, 20_000);

export const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** The page of these tests, with one version of React. */
export const startReactPages = (alias: (typeof VERSIONS)[number][1]): Promise<BrowserPages> =>
  startBrowserPages(new URL('react-page.tsx', import.meta.url), '<div id="root"></div>', {
    alias: { ...alias },
    jsx: 'automatic',
  });

/** A page that is open, and somebody whom it may connect. */
export async function openStand(
  pages: BrowserPages,
  { backEnd, url, id }: { backEnd: ServerClient; url: string; id: string },
): Promise<{ stand: Stand; jane: { id: string; name: string }; token: string }> {
  const { page, problems } = await pages.open();
  const jane = { id, name: 'Jane' };
  await backEnd.upsertUsers([jane]);
  return { stand: new Stand(page, problems, url), jane, token: await backEnd.createToken(id) };
}

/** A page with what it has sent. */
export class Stand {
  readonly sockets: { open: boolean; sent: string[] }[] = [];
  readonly requests: Request[] = [];

  constructor(
    readonly page: Page,
    readonly problems: string[],
    /** Of the server. */
    readonly url: string,
  ) {
    page.on('websocket', socket => {
      const one = { open: true, sent: [] as string[] };
      this.sockets.push(one);
      socket.on('framesent', ({ payload }) => one.sent.push(String(payload)));
      socket.on('close', () => {
        one.open = false;
      });
    });
    page.on('request', request => this.requests.push(request));
    // React says here what it does not like, such as a snapshot that is another one each time.
    page.on('console', message => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
        problems.push(message.text());
      }
    });
  }

  get openSockets(): number {
    return this.sockets.filter(({ open }) => open).length;
  }

  /** Everything that was sent over sockets. */
  get sent(): string[] {
    return this.sockets.flatMap(({ sent }) => sent);
  }

  /** How many queries have named something. */
  queriesOf(text: string): number {
    return this.requests.filter(request => {
      const whole = decodeURIComponent(`${request.url()} ${request.postData() ?? ''}`);
      return request.method() !== 'OPTIONS' && whole.includes('users.query') && whole.includes(text);
    }).length;
  }

  show(stage: Omit<Stage, 'url'>): Promise<void> {
    return this.page.evaluate(given => window.show(given as Stage), { ...stage, url: this.url });
  }

  hide(): Promise<void> {
    return this.page.evaluate(() => window.hide());
  }

  act(name: string, ...given: unknown[]): Promise<unknown> {
    return this.page.evaluate(
      ([what, args]) => (window.act[what] as (...args: unknown[]) => unknown)?.(...args),
      [name, given] as const,
    );
  }

  async text(id: string): Promise<string> {
    return (await this.page.locator(`[id="${id}"]`).allTextContents()).join('|').trim();
  }

  async shows(id: string, text: string | RegExp): Promise<void> {
    const fits = (now: string) => (typeof text === 'string' ? now === text : text.test(now));
    let last = '';
    await until(`${id} shows ${text}`, async () => {
      last = await this.text(id);
      return fits(last);
    }).catch(error => {
      throw new Error(`${id} shows "${last}" and not ${text}`, { cause: error });
    });
  }

  rows(): Promise<string[]> {
    return this.page.locator('#rows li').allTextContents();
  }

  async rowsAre(rows: string[]): Promise<void> {
    let last: string[] = [];
    await until('the rows', async () => {
      last = await this.rows();
      return JSON.stringify(last) === JSON.stringify(rows);
    }).catch(() => expect(last).toEqual(rows));
  }

  /** Holds back the answers to calls of a procedure. `now` lets them go, and holds back no more. */
  async holdQueries(procedure = 'users.query'): Promise<{ waiting(): number; now(): Promise<void> }> {
    const held: (() => void)[] = [];
    const pattern = `**/trpc/**${procedure}**`;
    await this.page.route(pattern, async route => {
      const response = await route.fetch();
      await new Promise<void>(resolve => held.push(resolve));
      await route.fulfill({ response }).catch(() => undefined);
    });
    return {
      waiting: () => held.length,
      now: async () => {
        await this.page.unroute(pattern);
        for (const go of held) go();
      },
    };
  }

  /** Holds back what subscriptions bring that name something, from `hold` to `now`. */
  async holdStreams(named: string): Promise<{ hold(): void; now(): void }> {
    const held: (() => void)[] = [];
    const ids = new Set<unknown>();
    let holds = false;
    await this.page.routeWebSocket('**', socket => {
      const server = socket.connectToServer();
      socket.onMessage(message => {
        const text = String(message);
        for (const one of text.startsWith('{') || text.startsWith('[') ? [JSON.parse(text)].flat() : [])
          if (JSON.stringify(one).includes(named)) ids.add(one.id);
        server.send(message);
      });
      server.onMessage(message => {
        const go = () => socket.send(message);
        const { id } = String(message).startsWith('{') ? JSON.parse(String(message)) : {};
        if (holds && ids.has(id)) held.push(go);
        else go();
      });
    });
    return {
      hold: () => {
        holds = true;
      },
      now: () => {
        holds = false;
        for (const go of held.splice(0)) go();
      },
    };
  }

  /** What the page keeps in memory, in MB. */
  async heapMb(): Promise<number> {
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
    return usedSize / 1e6;
  }

  renders(what: string): Promise<number> {
    return this.page.evaluate(name => window.renders[name] ?? 0, what);
  }

  notes<Note>(): Promise<Note[]> {
    return this.page.evaluate(() => window.notes) as Promise<Note[]>;
  }
}
