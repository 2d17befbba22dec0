import { expect, it } from 'vitest';
import { parseDatabaseUrl } from './database-address.js';
import { hostUrls } from './postgres-hosts.js';

it('reads a list of hosts as one URL for each, in its order, with the same login, database and settings', () => {
  expect(hostUrls('postgres://u:p%40@a:5432,b.example:5433,[::1]/db?sslmode=verify-full')).toEqual([
    'postgres://u:p%40@a:5432/db?sslmode=verify-full',
    'postgres://u:p%40@b.example:5433/db?sslmode=verify-full',
    'postgres://u:p%40@[::1]/db?sslmode=verify-full',
  ]);
});

it('leaves a URL with one host as it is', () => {
  for (const url of [
    'postgres://a/db',
    'postgresql://u:p@a:1/db?target_session_attrs=read-write',
    'postgres:///db',
  ])
    expect(hostUrls(url)).toEqual([url]);
});

it.each([
  ['postgres://u:secret@a:1,,b:1/db', 'entry 2 of 3'],
  ['postgres://u:secret@a:1,b:port/db', 'entry 2 of 2'],
  ['postgres://u:secret@a,b/db?target_session_attrs=any', 'target_session_attrs is read-write or primary'],
  ['postgres://u:secret@a/db?sslmode=require&target_session_attrs=standby', 'read-write or primary'],
])('refuses %s, says why, and repeats nothing of the login', (url, reason) => {
  expect(() => parseDatabaseUrl(url)).toThrow(reason);
  expect(() => parseDatabaseUrl(url)).not.toThrow(/secret/);
});
