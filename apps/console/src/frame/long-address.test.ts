import { expect, it } from 'vitest';
import { addressOf, searchIn } from './long-address.js';

const locationOf = (address: string) => new URL(address, 'http://localhost:4600');

it('an address that a server takes stays as it is', () => {
  const path = '/users?filter=%7B%22role%22%3A%22admin%22%7D';
  expect(addressOf(path)).toBe(path);
  expect(searchIn(locationOf(path))).toBe('?filter=%7B%22role%22%3A%22admin%22%7D');
});

it('of a longer one the server is sent the path only, and the page reads all of it', () => {
  const search = `?filter=${encodeURIComponent(JSON.stringify({ id: { $in: Array(1_000).fill('somebody') } }))}`;
  const address = addressOf(`/users/jane${search}`);
  const { pathname, search: sent } = locationOf(address);
  expect([pathname, sent]).toEqual(['/users/jane', '']);
  expect(searchIn(locationOf(address))).toBe(search);
});
