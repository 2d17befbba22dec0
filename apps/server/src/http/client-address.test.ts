import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddress } from './client-address.js';

function from(remoteAddress: string | undefined, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

describe('the address of a client', () => {
  it('is that of the socket when no proxy is trusted, whatever a header says', () => {
    expect(clientAddress(from('192.0.2.1', '198.51.100.7'), 0)).toBe('192.0.2.1');
  });

  it('is what the trusted proxies say, and never what stands in front of their words', () => {
    const header = '203.0.113.66, 198.51.100.7, 10.0.0.2';
    expect(clientAddress(from('10.0.0.1', header), 1)).toBe('10.0.0.2');
    expect(clientAddress(from('10.0.0.1', header), 2)).toBe('198.51.100.7');
  });

  it('is the last one that is known when fewer proxies than expected were passed', () => {
    expect(clientAddress(from('10.0.0.1', '198.51.100.7'), 5)).toBe('198.51.100.7');
    expect(clientAddress(from('10.0.0.1'), 2)).toBe('10.0.0.1');
  });

  it.each(['unknown', '_hidden', 'a b', '"[2001:db8::1]:80"', '1.2.3'])('is never the text %j', text => {
    expect(clientAddress(from('10.0.0.1', `198.51.100.7, ${text}`), 2)).toBe('10.0.0.1');
  });

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:0001:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
  ])('of %s is counted as %s: one network, one caller', (address, counted) => {
    expect(clientAddress(from(address), 0)).toBe(counted);
  });

  it('is a text also where the socket has gone', () => {
    expect(clientAddress(from(undefined), 1)).toBe('unknown');
  });
});
