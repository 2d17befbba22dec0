import { expect, it } from 'vitest';
import { privatePathMetBy } from './private-paths.js';

it.each([
  [[], 'email'],
  [['email'], 'email'],
  [['email', 'work'], 'email'],
  [['email', '0'], 'email'],
  [['contact'], 'contact.phone'],
  [['contact', 'phone'], 'contact.phone'],
  [['contact', '0', 'phone'], 'contact.phone'],
  [['contact', '0', '1'], 'contact.phone'],
  [['0', 'email'], 'email'],
  [['emails'], undefined],
  [['contact', 'city'], undefined],
  [['contact', '3', 'city', 'phone'], undefined],
  [['phone'], undefined],
])('the path %j meets %j', (path, met) => {
  expect(privatePathMetBy(path, ['email', 'contact.phone'])).toBe(met);
});

it('meets nothing where nothing is private', () => {
  expect(privatePathMetBy([], [])).toBeUndefined();
});
