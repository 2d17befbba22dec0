import { describe, expect, it } from 'vitest';
import { isAllowedOrigin, parseAllowedOrigins } from './allowed-origin.js';

describe('isAllowedOrigin with a list', () => {
  const allowed = parseAllowedOrigins('https://app.example.com, http://tools.example.com:8080');

  it.each(['https://app.example.com', 'http://tools.example.com:8080'])('allows %s', origin => {
    expect(isAllowedOrigin(allowed, origin)).toBe(true);
  });

  it.each([
    'null',
    '',
    'https://app.example.com.evil.test',
    'https://evil-app.example.com',
    'https://app.example.com@evil.test',
    'https://evil.test/https://app.example.com',
    'https://app.example.com/',
    'https://APP.example.com',
    'HTTPS://app.example.com',
    'http://app.example.com',
    'https://app.example.com:443',
    'https://app.example.com:8443',
    'http://tools.example.com',
    'http://tools.example.com:80801',
    'https://example.com',
    'https://app.example.com https://evil.test',
    ' https://app.example.com',
  ])('refuses "%s"', origin => {
    expect(isAllowedOrigin(allowed, origin)).toBe(false);
  });
});

describe('isAllowedOrigin for localhost', () => {
  it.each(['http://localhost', 'http://localhost:5173', 'https://127.0.0.1:3000', 'http://[::1]:8080'])(
    'allows %s',
    origin => {
      expect(isAllowedOrigin({ kind: 'localhost' }, origin)).toBe(true);
    },
  );

  it.each([
    'null',
    'http://localhost.evil.test',
    'http://evil-localhost',
    'http://localhost:evil',
    'http://localhost:',
    'http://127.0.0.1.evil.test:80',
    'http://127.0.0.2:80',
    'file://localhost',
    'http://localhost:80@evil.test',
    'http://LOCALHOST:80',
  ])('refuses "%s"', origin => {
    expect(isAllowedOrigin({ kind: 'localhost' }, origin)).toBe(false);
  });
});

describe('parseAllowedOrigins', () => {
  it('takes * as every page, the opaque origin included', () => {
    expect(isAllowedOrigin(parseAllowedOrigins('*'), 'null')).toBe(true);
  });

  it('writes an origin as browsers do: lower case, no default port', () => {
    expect(parseAllowedOrigins('HTTPS://App.Example.com:443')).toEqual({
      kind: 'list',
      origins: ['https://app.example.com'],
    });
  });

  it.each([
    'app.example.com',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://app.example.com?x',
    'https://user@app.example.com',
    'ftp://app.example.com',
    'https://*.example.com',
    'https://a.test,',
    'https://a.test,*',
  ])('refuses "%s"', setting => {
    expect(() => parseAllowedOrigins(setting)).toThrow('is not an origin');
  });
});
