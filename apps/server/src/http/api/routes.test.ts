import { appRouter, kindOfProcedure } from '@rollcall/router';
import { describe, expect, it } from 'vitest';
import { pathFields } from './route.js';
import { ROUTES, WITHOUT_ROUTE } from './routes.js';

const procedures = Object.keys(appRouter._def.procedures);

describe('the table of the HTTP API', () => {
  it('has a row for every procedure of the router, or says why not', () => {
    const routed = new Set(ROUTES.map(({ procedure }) => procedure));
    const forgotten = procedures.filter(name => !routed.has(name) && !Object.hasOwn(WITHOUT_ROUTE, name));
    expect(forgotten).toEqual([]);
    expect([...routed, ...Object.keys(WITHOUT_ROUTE)].filter(name => !procedures.includes(name))).toEqual([]);
    expect(Object.keys(WITHOUT_ROUTE).filter(name => routed.has(name))).toEqual([]);
  });

  it('names each call once, in camelCase', () => {
    const names = ROUTES.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter(name => !/^[a-z]+([A-Z][a-z]+)*$/.test(name))).toEqual([]);
  });

  it('means one call at most by any method and path, so the order of its rows says nothing', () => {
    const segments = (path: string) => path.split('/');
    const isName = (segment: string | undefined) => segment !== undefined && !segment.startsWith('{');
    const both = ROUTES.flatMap((one, index) =>
      ROUTES.slice(index + 1)
        .filter(other => other.method === one.method)
        .filter(other => {
          const [mine, its] = [segments(one.path), segments(other.path)];
          const differ = mine.some((name, at) => isName(name) && isName(its[at]) && name !== its[at]);
          return mine.length === its.length && !differ;
        })
        .map(other => `${one.method} ${one.path} and ${other.path}`),
    );
    expect(both).toEqual([]);
  });

  it('reads by GET, and changes something by no GET', () => {
    const readers = ROUTES.filter(({ method }) => method === 'GET');
    expect(readers.filter(({ procedure }) => kindOfProcedure(procedure)?.type === 'mutation')).toEqual([]);
    expect(readers.filter(({ body }) => body)).toEqual([]);
  });

  it('says of no field twice where it stands', () => {
    const twice = ROUTES.filter(({ path, query }) => pathFields(path).some(name => query && name in query));
    expect(twice).toEqual([]);
  });
});
