import { describe, expect, it } from 'vitest';
import { connectionVariables } from './postgres-tools.js';

const TO = { host: 'db2', port: 5433, user: 'ann', database: 'roll call', password: 'p@ss/word' };
const CONNECTED = {
  PGHOST: 'db2',
  PGPORT: '5433',
  PGUSER: 'ann',
  PGDATABASE: 'roll call',
  PGPASSWORD: 'p@ss/word',
};
const variablesOf = (url: string, env = {}, version = 15) => connectionVariables(url, TO, { env, version });

describe("what PostgreSQL's programs are told to connect", () => {
  it('is the server that the driver has found, whatever the URL names', () => {
    expect(variablesOf('postgres://ann:other@db1:5432,db2:5433/x?target_session_attrs=primary')).toEqual(
      CONNECTED,
    );
    expect(variablesOf('postgres://ann:other@/x?host=/run/postgresql&user=other')).toEqual(CONNECTED);
  });

  it('has no password where the driver needed none', () => {
    const { PGPASSWORD: _, ...rest } = CONNECTED;
    expect(connectionVariables('postgres://db', { ...TO, password: null }, { env: {}, version: 15 })).toEqual(
      rest,
    );
  });

  it('has what the URL and the environment say of TLS, and nothing else of the environment', () => {
    const env = { HOME: '/home/ann', PGSSLROOTCERT: '/ca.pem', PGHOSTADDR: '10.0.0.1', PGSERVICE: 'other' };
    const tls = { HOME: '/home/ann', PGSSLMODE: 'verify-full' };
    const url = 'postgres://db/x?sslmode=verify-full';
    expect(variablesOf(url, env)).toEqual({ ...CONNECTED, ...tls, PGSSLROOTCERT: '/ca.pem' });
    expect(variablesOf(`${url}&sslrootcert=/other.pem`, env)).toEqual({
      ...CONNECTED,
      ...tls,
      PGSSLROOTCERT: '/other.pem',
    });
    expect(variablesOf('postgres://db/x?sslmode=no-verify').PGSSLMODE).toBe('require');
  });

  it('trusts whom the system trusts, as the driver does, where the programs can and nobody else is named', () => {
    const url = 'postgres://db/x?sslmode=verify-full';
    expect(variablesOf(url, {}, 16).PGSSLROOTCERT).toBe('system');
    expect(variablesOf(url, {}, 15).PGSSLROOTCERT).toBeUndefined();
    expect(variablesOf(`${url}&sslrootcert=/ca.pem`, {}, 16).PGSSLROOTCERT).toBe('/ca.pem');
    expect(variablesOf('postgres://db/x?sslmode=require', {}, 16).PGSSLROOTCERT).toBeUndefined();
  });
});
