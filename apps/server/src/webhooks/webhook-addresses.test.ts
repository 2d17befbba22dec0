import { expect, it } from 'vitest';
import { networksOf, parseNetworks } from './webhook-addresses.js';

it('reads addresses and networks of both families', () => {
  const list = networksOf(parseNetworks('10.0.0.0/8, 127.0.0.1,fd00::/8'));
  const inside = [
    ['10.255.0.1', 'ipv4'],
    ['127.0.0.1', 'ipv4'],
    ['fd12::1', 'ipv6'],
  ] as const;
  const outside = [
    ['11.0.0.1', 'ipv4'],
    ['127.0.0.2', 'ipv4'],
    ['fe80::1', 'ipv6'],
  ] as const;
  for (const [address, family] of inside) expect(list.check(address, family)).toBe(true);
  for (const [address, family] of outside) expect(list.check(address, family)).toBe(false);
});

it.each(['', 'localhost', '10.0.0.0/33', '10.0.0', 'fd00::/129', '10.0.0.0/-1', '10.0.0.1;', '*'])(
  'refuses what is neither, and says so: "%s"',
  text => {
    expect(() => parseNetworks(text)).toThrow('neither an address nor a network');
  },
);
