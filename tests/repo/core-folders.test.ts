import { describe, expect, it } from 'vitest';
import { importsOf, relativeTarget } from './imports.js';
import { isProgram, isTest, trackedFiles } from './tracked-files.js';

/** What a user is, apart from what is done with users. It lies below the folders that know what a user is. */
const USER_MODEL = 'users/model';

/**
 * The parts of core from the ground up, and what each may import. A row names only rows above it, so there can be no
 * cycle between parts; an arrow that no file uses any more is taken out. The files beside the folders put the parts
 * together: they may import every part, and no part imports them.
 */
const PARTS: Record<string, string[]> = {
  json: [],
  database: [],
  backup: ['database'],
  notifications: ['database'],
  'users/model': ['json', 'database'],
  access: ['database'],
  query: ['json', 'database', 'users/model', 'access'],
  settings: ['json', 'database', 'query'],
  events: ['database', 'notifications', 'users/model'],
  copy: ['json', 'database', 'query', 'settings'],
  presence: ['database', 'notifications', 'users/model', 'events'],
  users: ['json', 'database', 'users/model', 'access', 'events', 'query', 'settings'],
  idempotency: ['json', 'database', 'users'],
  blocks: ['database', 'users/model', 'access', 'users'],
  products: ['json', 'database', 'users/model', 'access', 'query', 'users', 'idempotency', 'blocks'],
  moderation: ['database', 'users/model', 'access', 'query', 'users'],
  devices: ['database', 'users/model', 'users'],
  history: ['database', 'events', 'users'],
  tasks: ['database', 'notifications', 'query'],
  webhooks: ['database', 'notifications', 'query', 'events'],
  doctor: ['database', 'backup', 'query', 'settings', 'copy', 'webhooks'],
  exports: ['database', 'users/model', 'events', 'users', 'idempotency', 'products', 'tasks'],
  'life-cycle': [
    'database',
    'users/model',
    'events',
    'users',
    'products',
    'tasks',
    'webhooks',
    'exports',
    'idempotency',
  ],
  maintenance: ['database', 'settings', 'events', 'tasks', 'webhooks', 'idempotency', 'life-cycle'],
  overview: ['database', 'settings', 'events', 'users', 'webhooks'],
  actions: ['database', 'users/model', 'query', 'users', 'products', 'moderation', 'tasks', 'life-cycle'],
};

const CORE = 'packages/core/src/';
const COMPOSITION = 'the composition';

/** The part that a path from the root belongs to; a folder that has no row is a part by its own name. */
function partOf(path: string): string {
  const inside = path.slice(CORE.length);
  const [folder = '', file] = inside.split('/');
  if (file === undefined) return COMPOSITION;
  return inside.startsWith(`${USER_MODEL}/`) ? USER_MODEL : folder;
}

describe('the parts of core', () => {
  const sources = trackedFiles().filter(
    file => file.path.startsWith(CORE) && isProgram(file) && !isTest(file),
  );
  const crossings = sources.flatMap(file =>
    importsOf(file).flatMap(one => {
      const target = relativeTarget(one);
      if (!target?.startsWith(CORE)) return [];
      const [from, to] = [partOf(file.path), partOf(target)];
      return from === to ? [] : [{ from, to, says: `${file.path} imports ${one.specifier}` }];
    }),
  );

  it('have a row each', () => {
    const parts = new Set(sources.map(({ path }) => partOf(path)).filter(part => part !== COMPOSITION));
    expect([...parts].sort()).toEqual(Object.keys(PARTS).sort());
  });

  it('import what their row names, and nothing else', () => {
    const wrong = crossings.filter(({ from, to }) => from !== COMPOSITION && !PARTS[from]?.includes(to));
    expect(wrong.map(({ says }) => says)).toEqual([]);
  });

  it('use every arrow that is drawn', () => {
    const drawn = Object.entries(PARTS).flatMap(([from, targets]) => targets.map(to => `${from} → ${to}`));
    const used = new Set(crossings.map(({ from, to }) => `${from} → ${to}`));
    expect(drawn.filter(arrow => !used.has(arrow))).toEqual([]);
  });

  it('lie in layers: a row names only rows above it', () => {
    const names = Object.keys(PARTS);
    const upward = Object.entries(PARTS).flatMap(([from, targets]) =>
      targets.filter(to => names.indexOf(to) >= names.indexOf(from) || !names.includes(to)),
    );
    expect(upward).toEqual([]);
  });
});
