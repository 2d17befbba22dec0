import { describe, expect, it } from 'vitest';
import { connectionVariables } from './postgres-tools.js';

describe("what PostgreSQL's programs are told to connect", () => {
  it.each([
    [
      'postgres://ann:p%40ss%2Fword@db.internal:5433/roll%20call?sslmode=verify-full',
      {
        PGHOST: 'db.internal',
        PGPORT: '5433',
        PGUSER: 'ann',
        PGPASSWORD: 'p@ss/word',
        PGDATABASE: 'roll call',
        PGSSLMODE: 'verify-full',
      },
    ],
    ['postgresql://[::1]/rollcall', { PGHOST: '::1', PGDATABASE: 'rollcall' }],
    [
      'postgres:///rollcall?host=/run/postgresql&user=ann&unknown=1',
      { PGHOST: '/run/postgresql', PGDATABASE: 'rollcall', PGUSER: 'ann' },
    ],
  ])('is %s as variables', (url, variables) => {
    expect(connectionVariables(url)).toEqual(variables);
  });
});
