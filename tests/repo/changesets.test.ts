/** How a release is made: all public packages go on together, and every change that waits says which it concerns. */
import { describe, expect, it } from 'vitest';
import { trackedFiles } from './tracked-files.js';
import { publicWorkspaces, readManifest, workspaces } from './workspaces.js';

const files = trackedFiles();
const names = publicWorkspaces(files).map(({ name }) => name);

describe('changesets', () => {
  it('know every public package, and give all of them one version', () => {
    const text = files.find(({ path }) => path === '.changeset/config.json')?.text ?? '';
    const config = JSON.parse(text) as { fixed: string[][]; privatePackages: object; commit: boolean };
    expect(config.fixed.map(group => [...group].sort())).toEqual([[...names].sort()]);
    expect(config).toMatchObject({ commit: false, privatePackages: { version: false, tag: false } });
  });

  it('that wait name packages that there are, and how much each changes', () => {
    const waiting = files.filter(({ path }) => /^\.changeset\/.*\.md$/.test(path));
    for (const { path, text } of waiting) {
      const [, front = '', summary = ''] = /^---\n(.*?)---\n(.*)$/s.exec(text) ?? [];
      const rows = front.split('\n').filter(line => line !== '');
      expect(rows.length, path).toBeGreaterThan(0);
      for (const row of rows) {
        const [, name, kind] = /^['"](.+)['"]: (\w+)$/.exec(row) ?? [];
        expect(names, path).toContain(name);
        expect(['patch', 'minor', 'major'], path).toContain(kind);
      }
      expect(summary.trim(), path).not.toBe('');
    }
  });
});

it('all packages, the private ones too, have the version of the repository and ask for it', () => {
  const { version } = readManifest('package.json');
  for (const { name, manifest } of workspaces(files)) {
    const asked = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies };
    const own = Object.entries(asked).filter(([other]) => other.startsWith('@rollcall/'));
    expect([name, manifest.version, ...own.map(([, wanted]) => wanted)]).toEqual([
      name,
      version,
      ...own.map(() => version),
    ]);
  }
});
