/** What describes the HTTP API is served as it was built, under a policy that lets it load nothing from elsewhere. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './test-server.js';

const FILES = [
  'openapi.json',
  'openapi-3.0.json',
  'docs.html',
  'start.js',
  'swagger-ui.css',
  'swagger-ui-bundle.js',
];

let server: TestServer;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-api-page-'));
  for (const name of FILES) await writeFile(join(folder, name), `built ${name}`);
  server = await startTestServer({}, { apiPageFolder: folder });
});
afterAll(() => server.close());

describe('the page of the HTTP API', () => {
  it.each([
    ['/openapi.json', 'application/json'],
    ['/openapi-3.0.json', 'application/json'],
    ['/api/docs', 'text/html; charset=utf-8'],
    ['/api/docs/start.js', 'text/javascript; charset=utf-8'],
    ['/api/docs/swagger-ui.css', 'text/css; charset=utf-8'],
    ['/api/docs/swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ])('has %s, for everybody', async (path, type) => {
    const { status, headers } = await fetch(`${server.url}${path}`);
    expect([status, headers.get('content-type')]).toEqual([200, type]);
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each([
    '/api/docs/',
    '/api/docs/../../package.json',
    '/api/docs/%2e%2e/openapi.json',
    '/api/docs/docs.html',
    '/api/docs/swagger-ui.css.map',
    '/api/docs/__proto__',
    '/openapi.yaml',
    '/openapi.json/',
  ])('has nothing at %s', async path => {
    expect((await fetch(`${server.url}${path}`)).status).toBe(404);
  });

  it('takes no writes', async () => {
    const { status, headers } = await fetch(`${server.url}/api/docs`, { method: 'POST', body: '{}' });
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('that has not been built is not there, the log says so, and the API works', async () => {
    const without = await startTestServer({}, { apiPageFolder: join(tmpdir(), 'nothing-is-here') });
    expect((await fetch(`${without.url}/api/docs`)).status).toBe(404);
    expect((await fetch(`${without.url}/openapi.json`)).status).toBe(404);
    expect((await fetch(`${without.url}/api/roles`)).status).toBe(401);
    expect(without.log.filter(line => line.includes('there is no page at /api/docs'))).toHaveLength(1);
    await without.close();
  });
});
