/**
 * Gives the packages the next version, as the changesets say, and their changelogs. Then it says that version wherever the
 * repository names one: in private packages, in package-lock.json, and in the pages that tell how to install a tarball.
 *
 *     npm run next-version
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allPackages, ROOT, readJson } from './public-packages.mjs';

const CLIENT = 'packages/client/package.json';
const run = (command, ...args) => execFileSync(command, args, { cwd: ROOT, encoding: 'utf8' });
const change = (path, edit) => {
  const before = readFileSync(join(ROOT, path), 'utf8');
  const after = edit(before);
  if (after !== before) writeFileSync(join(ROOT, path), after);
};

const manifests = ['package.json', ...allPackages().map(({ folder }) => `${folder}/package.json`)];
const before = readJson(CLIENT).version;

// Changesets make a major version of every package whose peer gets a new version, and all have one version here. So they do
// not see the peers.
const PEERS = /"peerDependencies"/;
const HIDDEN = /"hiddenPeerDependencies"/;
for (const path of manifests) change(path, text => text.replace(PEERS, '"hiddenPeerDependencies"'));
try {
  run('npx', 'changeset', 'version');
} finally {
  for (const path of manifests) change(path, text => text.replace(HIDDEN, '"peerDependencies"'));
}

const next = readJson(CLIENT).version;
if (next === before) {
  console.log(`All packages stay at ${before}: .changeset has no changeset.`);
} else {
  const version = before.replaceAll('.', '\\.');
  const own = new RegExp(`("version": |"@rollcall/[\\w-]+": )"${version}"`, 'g');
  const tarball = new RegExp(`\\b(rollcall-[a-z]+-)${version}(?=\\.tgz)`, 'g');
  for (const path of manifests) change(path, text => text.replace(own, `$1"${next}"`));
  const { packages } = readJson('package-lock.json');
  const folders = new Set(manifests.map(path => path.replace(/\/?package\.json$/, '')));
  change('package-lock.json', text => {
    const lock = JSON.parse(text);
    lock.version = next;
    for (const folder of Object.keys(packages).filter(place => folders.has(place))) {
      lock.packages[folder] = JSON.parse(
        JSON.stringify(lock.packages[folder], null, 2).replace(own, `$1"${next}"`),
      );
    }
    return `${JSON.stringify(lock, null, 2)}\n`;
  });
  const pages = run('git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md').split(
    '\0',
  );
  for (const path of pages.filter(
    page => page && !page.endsWith('CHANGELOG.md') && !page.startsWith('.changeset/'),
  )) {
    change(path, text => text.replace(tarball, `$1${next}`));
  }
  run('npx', 'biome', 'format', '--write', ...manifests);
  console.log(`All packages: ${before} → ${next}. Read the changelogs before you commit.`);
}
