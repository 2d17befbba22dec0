import { expect, it } from 'vitest';
import { importsOf, relativeTarget } from './imports.js';
import { isProgram, trackedFiles } from './tracked-files.js';

/**
 * Finds the circles of a graph: each as the nodes on the way from one node back to itself. A node is walked through once,
 * so a tangle of several circles is told by one of them.
 */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (node: string): void => {
    if (way.includes(node)) {
      circles.push([...way.slice(way.indexOf(node)), node]);
      return;
    }
    if (done.has(node)) return;
    way.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    way.pop();
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
  return circles;
}

it('finds a circle of three, and none where two ways lead to one place', () => {
  const circle = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['a']],
  ]);
  expect(circlesIn(circle)).toEqual([['a', 'b', 'c', 'a']]);
  expect(
    circlesIn(
      new Map([
        ['a', ['b', 'c']],
        ['b', ['d']],
        ['c', ['d']],
      ]),
    ),
  ).toEqual([]);
});

it('no files import each other in a circle, not even their types', () => {
  const sources = trackedFiles().filter(isProgram);
  const paths = new Set(sources.map(({ path }) => path));
  const graph = new Map(
    sources.map(file => {
      const targets = importsOf(file).flatMap(one => {
        const target = relativeTarget(one)?.replace(/\.js$/, '');
        return [`${target}.ts`, `${target}.tsx`].filter(path => paths.has(path));
      });
      return [file.path, targets];
    }),
  );
  expect([...graph.values()].flat().length).toBeGreaterThan(1000);
  expect(circlesIn(graph)).toEqual([]);
});
