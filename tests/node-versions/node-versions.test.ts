/**
 * Rollcall on each version of Node that it is made for. By default a selection of the tests runs on each, those of what
 * depends on Node: sockets, processes, threads, files, and what the drivers do. `ROLLCALL_TEST_NODE_SUITES=all` runs them
 * all.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_VERSIONS } from '../support/node-versions/node-versions.js';
import { RepositoryOnNode } from '../support/node-versions/repository-on-node.js';
import { SUITES } from '../support/node-versions/suites.js';

describe.each(NODE_VERSIONS)('on Node %s', version => {
  let repository: RepositoryOnNode;
  beforeAll(async () => {
    repository = await RepositoryOnNode.make(version);
  });
  afterAll(() => repository?.remove());

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
