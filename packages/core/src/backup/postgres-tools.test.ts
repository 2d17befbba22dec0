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
const variablesOf = (url: string, version = 15) => connectionVariables(url, TO, version);

describe("what PostgreSQL's programs are told to connect", () => {
  it('is the server that the driver has found, whatever the URL names', () => {
    expect(variablesOf('postgres://ann:other@db1:5432,db2:5433/x?target_session_attrs=primary')).toEqual(
      CONNECTED,
    );
    expect(variablesOf('postgres://ann:other@/x?host=/run/postgresql&user=other')).toEqual(CONNECTED);
  });

  it('has no password where the driver needed none', () => {
    const { PGPASSWORD: _, ...rest } = CONNECTED;
    expect(connectionVariables('postgres://db', { ...TO, password: null }, 15)).toEqual(rest);
  });

  it('has what the URL says of TLS, and trusts whom the system trusts where nobody else is named and the programs can', () => {
    const url = 'postgres://db/x?sslmode=verify-full';
    const tls = { ...CONNECTED, PGSSLMODE: 'verify-full' };
    expect(variablesOf(url)).toEqual(tls);
    expect(variablesOf(url, 16)).toEqual({ ...tls, PGSSLROOTCERT: 'system' });
    expect(variablesOf(`${url}&sslrootcert=ca.pem`, 16)).toEqual({ ...tls, PGSSLROOTCERT: 'ca.pem' });
    expect(variablesOf('postgres://db/x?sslmode=require', 16).PGSSLROOTCERT).toBeUndefined();
    expect(variablesOf('postgres://db/x?sslmode=no-verify').PGSSLMODE).toBe('require');
  });
});
