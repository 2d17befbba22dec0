import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, type TrackedFile, trackedFiles } from './tracked-files.js';
import { readManifest } from './workspaces.js';

const files = trackedFiles();
const documents = files.filter(({ path }) => path.endsWith('.md'));
const topFolders = new Set(
  files.filter(({ path }) => path.includes('/')).map(({ path }) => path.split('/')[0]),
);

const prose = ({ text }: TrackedFile) => text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '');

/** The targets of links, images and reference definitions. */
function linksOf(document: TrackedFile): string[] {
  const inline = prose(document)
    .replace(/`[^`\n]*`/g, '')
    .matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)/g);
  const references = prose(document).matchAll(/^\[[^\]]+\]:\s+<?(\S+?)>?$/gm);
  return [...inline, ...references].map(match => match[1] ?? '');
}

/** Code spans that name a file or folder of the repository from its root, such as `docs/contract/errors.md`. */
function pathsOf(document: TrackedFile): string[] {
  const spans = [...prose(document).matchAll(/`([^`\n]+)`/g)].map(match => match[1] ?? '');
  return spans.filter(span => /^[\w.@-]+(\/[\w.@-]+)+\/?$/.test(span) && topFolders.has(span.split('/')[0]));
}

/** The anchors of a document's headings, as code hosts make them. */
function anchorsOf(path: string): string[] {
  const document = files.find(file => file.path === path);
  const headings = document ? [...prose(document).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)] : [];
  const seen = new Map<string, number>();
  return headings.map(match => {
    const slug = (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

const isOutside = (target: string) => /^[a-z][a-z0-9+.-]*:/i.test(target);

describe.each(documents.map(document => ({ name: document.path, document })))('$name', ({ document }) => {
  const relative = linksOf(document).filter(target => !isOutside(target));
  const resolved = relative.map(target => {
    const [path = '', anchor] = target.split('#');
    const decoded = decodeURIComponent(path);
    return {
      target,
      anchor,
      path: decoded === '' ? document.path : posix.join(dirname(document.path), decoded),
    };
  });

  it('links only to what exists', () => {
    const missing = resolved.filter(({ path }) => !existsSync(join(ROOT, path)));
    expect(missing.map(({ target }) => target)).toEqual([]);
  });

  it('links only to headings that exist', () => {
    const missing = resolved.filter(
      ({ path, anchor }) => anchor && path.endsWith('.md') && !anchorsOf(path).includes(anchor),
    );
    expect(missing.map(({ target }) => target)).toEqual([]);
  });

  it('names only paths that exist', () => {
    const missing = pathsOf(document).filter(path => {
      const beside = join(ROOT, dirname(document.path), path);
      return !existsSync(join(ROOT, path)) && !existsSync(beside);
    });
    expect(missing).toEqual([]);
  });
});

it('commands in documents are commands of the root package', () => {
  const scripts = Object.keys(readManifest('package.json').scripts ?? {});
  const named = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(match => ({ path, script: match[1] ?? '' })),
  );
  expect(named.filter(({ script }) => !scripts.includes(script))).toEqual([]);
});

it('there are documents to check', () => {
  expect(documents.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['README.md', 'docs/protocol.md']),
  );
});
