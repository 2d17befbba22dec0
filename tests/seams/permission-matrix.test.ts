/** Who may call what: every procedure as everybody who might call it, from one table. */
import { appRouter } from '@rollcall/router';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLERS, type CallerKind, type Outcome } from '../support/permissions/permission-callers.js';
import { PERMISSION_ROWS } from '../support/permissions/permission-rows.js';
import { PermissionStage, type ProcedureType } from '../support/permissions/permission-stage.js';

const { procedures } = appRouter._def as unknown as {
  procedures: Record<string, { _def: { type: ProcedureType } }>;
};
const TYPES = Object.fromEntries(Object.entries(procedures).map(([path, { _def }]) => [path, _def.type]));

const ROWS = PERMISSION_ROWS.map(row => ({
  ...row,
  title: row.what === undefined ? row.path : `${row.path} ${row.what}`,
}));

/** Callers about whom every procedure says something in one of its rows. */
const EVERYWHERE = (Object.keys(CALLERS) as CallerKind[]).filter(
  kind => !['member', 'stranger', 'lacking'].includes(kind),
);

let stage: PermissionStage;
beforeAll(async () => {
  stage = await PermissionStage.open(TYPES);
});
afterAll(async () => {
  expect(await stage.close()).toBe(0);
});

describe('the table', () => {
  it('has a row for every procedure, and none for anything else', () => {
    const paths = new Set(ROWS.map(row => row.path));
    expect([...paths].sort()).toEqual(Object.keys(TYPES).sort());
  });

  it('says of every procedure what comes of it for everybody', () => {
    const missing = Object.keys(TYPES).flatMap(path => {
      const said = new Set(ROWS.filter(row => row.path === path).flatMap(row => Object.keys(row.expected)));
      return EVERYWHERE.filter(kind => !said.has(kind)).map(kind => `${path} ${kind}`);
    });
    expect(missing).toEqual([]);
  });

  it('tries everything that takes a grant without it', () => {
    const untried = ROWS.filter(
      ({ grant, expected }) => grant && !expected.lacking && expected.granted === 'ok',
    );
    expect(untried.map(row => row.title)).toEqual([]);
  });
});

describe.each(ROWS)('$title', row => {
  it('is for whom the table says, and changes nothing for anybody else', async () => {
    const callers = await stage.set(row);
    const scenes = callers.map(({ scene }) => scene);
    const outcomes: Partial<Record<CallerKind, Outcome>> = {};
    // All at once: nobody's call depends on that of another.
    const call = (which: (outcome: Outcome | undefined) => boolean) =>
      Promise.all(
        callers
          .filter(({ scene }) => which(row.expected[scene.kind]))
          .map(async caller => {
            outcomes[caller.scene.kind] = await stage.call(row, caller);
          }),
      );
    const before = await stage.state(row, scenes);
    await call(expected => expected !== 'ok');
    const after = await stage.state(row, scenes);
    await call(expected => expected === 'ok');
    expect(outcomes).toEqual(JSON.parse(JSON.stringify(row.expected)));
    expect(after, 'what refused calls changed').toEqual(before);
    if (TYPES[row.path] !== 'mutation') {
      expect(await stage.state(row, scenes), 'what a call that only reads changed').toEqual(before);
    }
  });
});
