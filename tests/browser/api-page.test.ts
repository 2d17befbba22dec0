/** The page of the HTTP API in a real browser: it shows the calls, makes one, and asks nobody else for anything. */

import { createServerClient } from '@rollcall/client/server';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { launchBrowser } from './browser-pages.js';

let server: ServerProcess;
let browser: Browser;
beforeAll(async () => {
  server = await startServerProcess();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it('shows every call, makes one with a token that is typed in, and loads nothing from elsewhere', async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const asked = new Set<string>();
  await page.exposeFunction('forbidden', (what: string) => complaints.push(what));
  await page.addInitScript(`document.addEventListener('securitypolicyviolation', event =>
    window.forbidden(event.effectiveDirective + ' ' + event.blockedURI))`);
  page.on('pageerror', error => complaints.push(error.message));
  page.on('request', request => {
    if (!request.url().startsWith('data:')) asked.add(new URL(request.url()).origin);
  });
  await page.goto(`${server.url}/api/docs`);
  await page.locator('#operations-roles-listRoles').waitFor();
  expect(await page.locator('.opblock').count()).toBeGreaterThan(70);

  const backEnd = createServerClient({ url: server.url, secret: SECRET });
  await page.getByRole('button', { name: 'Authorize', exact: true }).first().click();
  await page.locator('.auth-container input').fill(await backEnd.createServerToken());
  await page.locator('.auth-btn-wrapper .authorize').click();
  await page.locator('.auth-btn-wrapper .btn-done').click();
  await page.locator('#operations-roles-listRoles .opblock-summary-control').click();
  await page.locator('#operations-roles-listRoles .execute').click();
  const answer = page.locator(
    '#operations-roles-listRoles .live-responses-table tbody .response-col_description',
  );
  await expect.poll(() => answer.first().textContent()).toContain('anonymous');

  expect(complaints).toEqual([]);
  expect([...asked]).toEqual([new URL(server.url).origin]);
  expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).toBe('{}');
  await page.close();
});
