import { expect, it } from 'vitest';
import { serverUrls } from './server-url.js';

it.each([
  ['http://localhost:4600', 'http://localhost:4600/trpc', 'ws://localhost:4600/trpc'],
  ['https://users.example.com/', 'https://users.example.com/trpc', 'wss://users.example.com/trpc'],
  ['https://example.com/users//', 'https://example.com/users/trpc', 'wss://example.com/users/trpc'],
  ['https://example.com/?a=b#c', 'https://example.com/trpc', 'wss://example.com/trpc'],
])('%s is reached at %s and %s', (url, http, webSocket) => {
  expect(serverUrls(url)).toEqual({ http, webSocket });
});

it.each(['', 'localhost:4600', 'ws://localhost', '/users', 'file:///etc'])('"%s" is no address', url => {
  expect(() => serverUrls(url)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID', field: 'url' }));
});
