/**
 * Who may call what about whom, with several tenants: every procedure, at each place where it names a person or a thing,
 * by callers of each kind with a team and without, about those of the same team, of another, of none, and nobody at all.
 */
import { appRouter } from '@rollcall/router';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcedureType } from '../support/permissions/permission-stage.js';
import type { CallAnswer } from '../support/tenancy/batched-calls.js';
import {
  FOLLOWED_WAYS,
  FOLLOWING,
  FOLLOWING_IS_REFUSED,
  follow,
  type Told,
} from '../support/tenancy/followed-people.js';
import { SUBJECTS, sees } from '../support/tenancy/tenancy-callers.js';
import type { Judgement, TenancyRow } from '../support/tenancy/tenancy-row.js';
import { namesIn, tenancyRows } from '../support/tenancy/tenancy-rows.js';
import { callsOf, type NamedRow, type TenancyCall, TenancyStage } from '../support/tenancy/tenancy-stage.js';

interface Described {
  _def: { type: ProcedureType; inputs: { _zod?: { def: InputSchema } }[] };
}

/** What a schema says of itself, as far as it leads to the keys of an object. */
interface InputSchema {
  shape?: Record<string, unknown>;
  innerType?: { _zod: { def: InputSchema } };
  in?: { _zod: { def: InputSchema } };
}

const { procedures } = appRouter._def as unknown as { procedures: Record<string, Described> };
const TYPES = Object.fromEntries(Object.entries(procedures).map(([path, { _def }]) => [path, _def.type]));
const KEYS = Object.fromEntries(
  Object.entries(procedures).map(([path, { _def }]) => [
    path,
    _def.inputs.flatMap(schema => keysOf(schema._zod?.def)),
  ]),
);

function keysOf(schema: InputSchema | undefined): string[] {
  if (!schema) return [];
  if (schema.shape) return Object.keys(schema.shape);
  return keysOf((schema.innerType ?? schema.in)?._zod.def);
}

const ROWS = tenancyRows(KEYS).map((row, index): NamedRow & { title: string } => ({
  ...row,
  name: row.prepare || row.prepareOwn || changesItsSubject(row) ? `t${index}` : 'somebody',
  title: [row.path, ...row.names, row.what].filter(Boolean).join(' '),
}));

/** Whether a write of a row comes to something. */
function changesItsSubject({ path, expected }: TenancyRow): boolean {
  const isDone = (judgement: Judgement) => judgement === 'ok' || typeof judgement === 'object';
  return TYPES[path] === 'mutation' && Object.values(expected).some(isDone);
}

/** Subscriptions for servers alone; the permission matrix has them. */
const FOR_SERVERS = ['live.ephemeral', 'live.task'];

/** What each call comes to: its code, and the answer without what differs from one call to the next. */
interface Outcome {
  call: TenancyCall;
  code: string;
  shown: boolean;
  /** What a write answers has what was written before in it. */
  text: string | undefined;
}

let stage: TenancyStage;
const outcomes = new Map<string, Outcome[]>();
let told: Record<string, Told[]>;
let before: unknown;
let after: unknown;

beforeAll(async () => {
  stage = await TenancyStage.open(TYPES, ROWS);
  const calls = ROWS.flatMap(callsOf);
  before = await stage.state(ROWS);
  await make(calls.filter(call => !mayWrite(call)));
  after = await stage.state(ROWS);
  await make(calls.filter(mayWrite));
  told = await follow(stage);
});

afterAll(async () => {
  expect(await stage.close()).toBe(0);
});

async function make(calls: readonly TenancyCall[]): Promise<void> {
  await Promise.all(
    calls.map(async call => {
      const { title } = call.row as NamedRow & { title: string };
      const outcome = outcomeOf(call, await stage.call(call));
      outcomes.set(title, [...(outcomes.get(title) ?? []), outcome]);
    }),
  );
}

function outcomeOf(call: TenancyCall, { ok, data }: CallAnswer): Outcome {
  const text = JSON.stringify(data);
  return {
    call,
    code: ok ? 'ok' : String(data.code),
    shown: text.includes(`known-${call.ask.subject}`),
    text: mayWrite(call)
      ? undefined
      : text
          .replaceAll(call.ask.subject, '<subject>')
          .replaceAll(call.ask.key, '<key>')
          .replaceAll(`\\"${call.ask.team}\\"`, '<team>')
          // Things are made at different times. A time of nobody is 0.
          .replace(/_at":[1-9]\d*/g, '_at":1'),
  };
}

function expectedOf({ row, caller, subject }: TenancyCall): string {
  const judgement = row.expected[caller.kind] ?? '';
  if (typeof judgement === 'string') return judgement;
  return sees(caller, subject) ? judgement.within : judgement.across;
}

/** Whether a call is expected to write. */
function mayWrite(call: TenancyCall): boolean {
  return TYPES[call.row.path] === 'mutation' && expectedOf(call) === 'ok';
}

const madeBy = ({ title }: { title: string }) => outcomes.get(title) ?? [];

const nameOf = ({ caller, subject }: TenancyCall) => `${caller.id} about ${subject}`;

describe('the table', () => {
  it('has a row for every procedure, and none for anything else', () => {
    const paths = [...ROWS.map(row => row.path), ...Object.keys(FOLLOWING)];
    expect([...new Set(paths), ...FOR_SERVERS].sort()).toEqual(Object.keys(TYPES).sort());
  });

  it('tells its rows apart', () => {
    const titles = ROWS.map(row => row.title);
    expect([...new Set(titles)]).toEqual(titles);
  });

  it('has a row for every place of an input at which a person or a thing is named', () => {
    const rows = new Set(ROWS.flatMap(({ path, names }) => names.map(name => `${path} ${name}`)));
    for (const [path, keys] of Object.entries(FOLLOWING)) for (const key of keys) rows.add(`${path} ${key}`);
    const missing = Object.entries(KEYS)
      .filter(([path]) => !FOR_SERVERS.includes(path))
      .flatMap(([path, keys]) => namesIn(keys).map(key => `${path} ${key}`))
      .filter(name => !rows.has(name));
    expect(missing).toEqual([]);
  });
});

it('what is refused, and what reads, changes nothing of anybody', () => {
  expect(after).toEqual(before);
});

describe.each(ROWS)('$title', row => {
  it('comes to what the table says', () => {
    const said = madeBy(row).map(({ call, code }) => [nameOf(call), code]);
    const expected = madeBy(row).map(({ call }) => [nameOf(call), expectedOf(call)]);
    expect(said.length).toBeGreaterThan(0);
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(expected));
  });

  it('answers about those of another team as about nobody, and shows none of them', () => {
    const hidden = madeBy(row).filter(({ call }) => !sees(call.caller, call.subject));
    expect(hidden.filter(({ shown }) => shown).map(({ call }) => nameOf(call))).toEqual([]);
    for (const one of hidden) {
      const like = hidden.find(({ call }) => call.caller.id === one.call.caller.id);
      expect(one.text, nameOf(one.call)).toBe(like?.text);
    }
  });
});

describe.each(ROWS.filter(row => row.shows))('$title', row => {
  it('shows those of the same team', () => {
    const seen = madeBy(row).filter(({ call, code }) => code === 'ok' && sees(call.caller, call.subject));
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.filter(({ shown }) => !shown).map(({ call }) => nameOf(call))).toEqual([]);
  });
});

describe.each(FOLLOWED_WAYS)('%s', way => {
  it('is for whom the table says', () => {
    const said = told[way]?.map(({ caller, refusal }) => [caller.id, refusal]);
    const expected = told[way]?.map(({ caller }) => [caller.id, FOLLOWING_IS_REFUSED[caller.kind]]);
    expect(said).toEqual(expected);
  });

  it('tells of those of the same team, and of nobody else', () => {
    const heard = told[way]?.filter(one => one.refusal === undefined) ?? [];
    expect(heard.length).toBeGreaterThan(0);
    for (const { caller, heard: ids } of heard) {
      const expected = way.startsWith('live.presence')
        ? SUBJECTS.map(kind => `followed-${kind} ${sees(caller, kind)}`)
        : [`followed-${caller.team}`, `last-${caller.team}`];
      expect(ids, caller.id).toEqual(expected);
    }
  });
});
