import { expect, it } from 'vitest';
import { FewByKey } from './few-by-key.js';

it('the items of a key come and go one by one, each once, and a key without items is forgotten', () => {
  const few = new FewByKey<string, object>();
  const [one, other, third] = [{ n: 1 }, { n: 2 }, { n: 3 }];
  const items = () => [...few.of('a')];
  expect(items()).toEqual([]);
  few.add('a', one);
  few.add('a', one);
  expect(items()).toEqual([one]);
  few.delete('a', other);
  few.add('a', other);
  few.add('a', third);
  few.add('a', other);
  expect(items()).toEqual([one, other, third]);
  few.delete('a', one);
  few.delete('a', one);
  few.delete('a', third);
  expect(items()).toEqual([other]);
  few.add('a', one);
  expect(items()).toEqual([other, one]);
  few.delete('a', one);
  few.delete('b', one);
  expect([items(), [...few.of('b')], few.size]).toEqual([[other], [], 1]);
  few.delete('a', other);
  expect([items(), few.size]).toEqual([[], 0]);
});
