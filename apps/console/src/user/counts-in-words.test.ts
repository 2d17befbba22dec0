import { expect, it } from 'vitest';
import { countsInWords } from './counts-in-words.js';

it('names what goes and leaves out what is not there', () => {
  const products = { chat: { messages: 1204, channels: 3, flags: 0 }, feeds: { activities: 1 } };
  expect(countsInWords({ users: 1, products })).toBe('1 user, 1,204 messages, 3 channels, 1 activity');
  expect(countsInWords({ users: 0, products: {} })).toBe('0 users');
});
