/**
 * Rollcall on each version of Node that it is made for. By default a selection of the tests runs on each, those of what
 * depends on Node: sockets, processes, threads, files, and what the drivers do. `ROLLCALL_TEST_NODE_SUITES=all` runs them
 * all.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_VERSIONS } from '../support/node-versions/node-versions.js';
import { RepositoryOnNode } from '../support/node-versions/repository-on-node.js';
import { SUITES } from '../support/node-versions/suites.js';

const made = new Map<string, Promise<RepositoryOnNode>>();

/** Makes one, once. A driver may have to be compiled for it, which takes one core a minute and more. */
function repositoryOn(version: string): Promise<RepositoryOnNode> {
  const repository = made.get(version) ?? RepositoryOnNode.make(version);
  made.set(version, repository);
  // Who waits for it hears of a failure; until then nobody does.
  repository.catch(() => undefined);
  return repository;
}

afterAll(async () => {
  const ended = await Promise.allSettled(made.values());
  for (const one of ended) if (one.status === 'fulfilled') await one.value.remove();
});

describe.each(NODE_VERSIONS)('on Node %s', version => {
  let repository: RepositoryOnNode;
  beforeAll(async () => {
    repository = await repositoryOn(version);
    // The next one is made while the tests run on this one, which hold on a busy machine.
    const next = NODE_VERSIONS[NODE_VERSIONS.indexOf(version) + 1];
    if (next) void repositoryOn(next);
  });

  it.each(Object.entries(SUITES))('%s', async (_, suites) => {
    const started = performance.now();
    const { passed, failed, code } = await repository.run(suites);
    console.log(
      `${passed} tests passed on Node ${version} in ${Math.round((performance.now() - started) / 1000)} s`,
    );
    expect(failed).toEqual([]);
    expect(code, 'nothing fails outside of tests').toBe(0);
    expect(passed, 'the tests exist').toBeGreaterThan(0);
  });
});
