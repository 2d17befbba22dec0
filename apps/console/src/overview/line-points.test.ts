import { expect, it } from 'vitest';
import { linePoints } from './line-points.js';

const BOX = { width: 100, height: 20 };

it('a line goes from the first value to the last, with zero at the bottom and the highest at the top', () => {
  expect(linePoints([0, 5, 10], BOX)).toBe('0,20 50,10 100,0');
});

it('nothing at all is a line at the bottom', () => {
  expect(linePoints([0, 0], BOX)).toBe('0,20 100,20');
});

it('one value is no line', () => {
  expect(linePoints([3], BOX)).toBe('');
  expect(linePoints([], BOX)).toBe('');
});
