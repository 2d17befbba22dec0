import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NODE_VERSIONS } from '../support/node-versions/node-versions.js';
import { ROOT, trackedFiles } from './tracked-files.js';
import { readManifest, workspaces } from './workspaces.js';

const OLDEST = NODE_VERSIONS[0].replace(/\.\d+$/, '');
const LATER = NODE_VERSIONS.slice(1).map(version => version.split('.')[0]);

it('every package asks for the oldest Node that is tested', () => {
  const manifests = [
    readManifest('package.json'),
    ...workspaces(trackedFiles()).map(({ manifest }) => manifest),
  ];
  for (const { name, engines } of manifests) {
    expect({ name, engines }).toEqual({ name, engines: { node: `>=${OLDEST}` } });
  }
  expect(NODE_VERSIONS[0]).toMatch(/\.0$/);
});

it.each(['README.md', 'CONTRIBUTING.md', 'docs/deployment.md'])(
  '%s names the versions of Node that are tested',
  page => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    expect(text.replace(/\s+/g, ' ')).toMatch(
      new RegExp(`tested on (Node )?${OLDEST}, ${LATER.join(' and ')}`),
    );
  },
);
