import { describe, expect, it } from 'vitest';
import { matchRoute } from './match-route.js';
import { ROUTES } from './routes.js';

const call = (method: string, path: string) => {
  const match = matchRoute(method, path);
  return match && 'route' in match ? [match.route.operationId, match.fields] : match;
};

describe('a method and a path', () => {
  it('mean the call of their row, and its fields are decoded once', () => {
    expect(call('GET', '/users/jane%40example.com')).toEqual(['getUser', { id: 'jane@example.com' }]);
    expect(call('POST', '/users/a%2520b/ban')).toEqual(['banUser', { id: 'a%20b' }]);
    expect(call('PUT', '/users/jane/devices/a%2Fb')).toEqual(['addDevice', { user_id: 'jane', id: 'a/b' }]);
    expect(call('HEAD', '/roles')).toEqual(['listRoles', {}]);
  });

  it('tell a call by its name from a user with that id', () => {
    expect(call('POST', '/users/query')).toEqual(['queryUsers', {}]);
    expect(call('GET', '/users/query')).toEqual(['getUser', { id: 'query' }]);
  });

  it.each(ROUTES.map(route => [route.operationId, route] as const))('%s is found at its path', (_, route) => {
    const path = route.path.replace(/\{\w+\}/g, 'x');
    expect(call(route.method, path)?.[0 as never]).toBe(route.operationId);
  });

  it('mean nothing where there is no row', () => {
    for (const path of [
      '',
      '/',
      '/users/',
      '//users',
      '/users//ban',
      '/Users',
      '/users/a/b/c/d',
      '/users/%',
      '/x',
    ]) {
      expect(call('GET', path), path).toBeUndefined();
    }
  });

  it('never take a step to another path for an id, however it is written', () => {
    for (const id of ['.', '..', '%2e', '%2E%2e', '.%2e']) {
      expect(call('DELETE', `/users/${id}`), id).toBeUndefined();
      expect(call('POST', `/users/${id}/ban`), id).toBeUndefined();
    }
    expect(call('DELETE', '/users/jane/../joe')).toBeUndefined();
    expect(call('DELETE', '/users/..%2Fjoe')).toEqual(['deleteUser', { id: '../joe' }]);
  });

  it('say which methods a path takes', () => {
    expect(call('POST', '/users/jane')).toEqual({
      allow: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'PUT'],
    });
    expect(call('BREW', '/tokens/revoke')).toEqual({ allow: ['OPTIONS', 'POST'] });
  });

  it('take no longer for a path that is made to be slow', () => {
    const begun = performance.now();
    for (let round = 0; round < 1000; round++) {
      call('GET', `/users/${'%25'.repeat(1300)}/ban`);
      call('GET', '/users'.repeat(600));
      call('GET', '/'.repeat(4000));
    }
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});
