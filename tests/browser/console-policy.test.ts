/** The console as the server serves it, in a real browser: what its policy lets happen, and what it does not. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { launchBrowser } from './browser-pages.js';

let server: ServerProcess;
let browser: Browser;
beforeAll(async () => {
  // In production, so no setting lets any page in.
  server = await startServerProcess();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Opens a page of the console, and collects what the browser forbids and complains of. */
async function open(path: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  await page.exposeFunction('forbidden', (what: string) => complaints.push(what));
  await page.addInitScript(`document.addEventListener('securitypolicyviolation', event =>
    window.forbidden(event.effectiveDirective + ' ' + event.blockedURI))`);
  page.on('pageerror', error => complaints.push(error.message));
  await page.goto(`${server.url}${path}`);
  await page.waitForFunction("document.getElementById('root')?.textContent !== ''");
  return { page, complaints };
}

it('runs the console without a complaint, and neither a script nor a style that was slipped in', async () => {
  for (const path of ['/', '/users/jane', '/tasks', '/settings']) {
    const { page, complaints } = await open(path);
    expect([path, complaints]).toEqual([path, []]);
    await page.close();
  }
  const { page, complaints } = await open('/');
  const came = await page.evaluate(SLIPPED_IN);
  expect(came).toEqual({
    script: false,
    attribute: false,
    evaluated: false,
    elsewhere: false,
    picture: false,
    frame: false,
    style: false,
    styleAttribute: false,
  });
  // The browser reports what it forbids when it gets to it.
  await expect
    .poll(() => [...new Set(complaints.map(one => one.split(' ')[0]))].sort())
    .toEqual([
      'connect-src',
      'frame-src',
      'img-src',
      'script-src',
      'script-src-attr',
      'script-src-elem',
      'style-src-attr',
      'style-src-elem',
    ]);
  await page.close();
});

it('lets the console make styles with the nonce that it is told, call its server and open its WebSocket', async () => {
  const { page, complaints } = await open('/users');
  expect(await page.evaluate(NEEDED)).toEqual({
    style: true,
    styleThroughTheDom: true,
    query: 401,
    mutation: 401,
    socket: true,
  });
  expect(complaints).toEqual([]);
  await page.close();
});

/** Everything that somebody who gets a piece of HTML into the page would try. */
const SLIPPED_IN = `(async () => {
  const add = (tag, parts) => document.body.appendChild(Object.assign(document.createElement(tag), parts));
  const colourOf = element => getComputedStyle(element).color === 'rgb(1, 2, 3)';
  const loads = element => new Promise(resolve => {
    element.onload = () => resolve(true);
    element.onerror = () => resolve(false);
    setTimeout(resolve, 1000, false);
  });
  add('script', { textContent: 'window.byScript = true' });
  const target = add('p', {});
  target.setAttribute('onclick', 'window.byAttribute = true');
  target.click();
  add('style', { textContent: 'p { color: rgb(1, 2, 3) }' });
  const box = add('div', { innerHTML: '<i style="color: rgb(1, 2, 3)">x</i>' });
  const picture = loads(add('img', { src: 'http://localhost:9/picture.png' }));
  const frame = add('iframe', { src: '/healthz' });
  // The debugger, through which this runs, may evaluate anything until it waits for the first time.
  await new Promise(resolve => setTimeout(resolve, 500));
  let evaluated = true;
  try { new Function('return 1')(); } catch { evaluated = false; }
  let framed = false;
  try { framed = frame.contentDocument?.body.textContent.includes('ok') === true; } catch { framed = false; }
  return {
    script: window.byScript === true,
    attribute: window.byAttribute === true,
    evaluated,
    elsewhere: await fetch('http://localhost:9/', { mode: 'no-cors' }).then(() => true, () => false),
    picture: await picture,
    frame: framed,
    style: colourOf(target),
    styleAttribute: colourOf(box.firstChild),
  };
})()`;

/** What the components of the console do, and its client. */
const NEEDED = `(async () => {
  const nonce = document.querySelector('meta[property="csp-nonce"]').nonce;
  const colourOf = element => getComputedStyle(element).color === 'rgb(1, 2, 3)';
  const add = (tag, parts) => document.body.appendChild(Object.assign(document.createElement(tag), parts));
  const style = document.createElement('style');
  style.setAttribute('nonce', nonce);
  style.textContent = 'p { color: rgb(1, 2, 3) }';
  document.head.appendChild(style);
  const bold = add('b', {});
  bold.style.color = 'rgb(1, 2, 3)';
  const socket = new WebSocket(location.origin.replace('http', 'ws') + '/trpc?connectionParams=1');
  const opened = await new Promise(resolve => {
    socket.onopen = () => resolve(true);
    socket.onerror = () => resolve(false);
  });
  socket.close();
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  return {
    style: colourOf(add('p', {})),
    styleThroughTheDom: colourOf(bold),
    query: (await fetch('/trpc/roles.list')).status,
    mutation: (await fetch('/trpc/users.upsert', init)).status,
    socket: opened,
  };
})()`;
