import { appRouter } from '@rollcall/router';
import type { PermissionRow } from '../support/permissions/permission-row.js';
import { PERMISSION_ROWS } from '../support/permissions/permission-rows.js';
import { type GeneratedTable, table } from './generated-pages.js';
import { isTest, trackedFiles } from './tracked-files.js';

const { procedures } = appRouter._def as unknown as {
  procedures: Record<string, { _def: { type: 'query' | 'mutation' | 'subscription' } }>;
};

/** Every procedure of the router, in its order: what kind it is, who may call it, and what it does. */
export const procedureList: GeneratedTable = () =>
  table(
    ['Procedure', 'Kind', 'Who may call it', 'What it does'],
    Object.entries(procedures).map(([path, { _def }]) => [
      `\`${path}\``,
      _def.type,
      callersOf(path),
      sentenceOf(path),
    ]),
  );

/**
 * Who may call a procedure, as the permission matrix has it.
 * @throws for a procedure that the matrix does not know.
 */
function callersOf(path: string): string {
  const rows = PERMISSION_ROWS.filter(row => row.path === path);
  if (rows.length === 0) throw new Error(`the permission matrix has no row for ${path}`);
  if (rows.some(({ expected }) => expected.nobody === 'ok')) return 'all, without a token';
  const callers = rows.some(({ expected }) => expected.server === 'ok') ? ['servers'] : [];
  const open = rows.filter(({ expected }) => expected.self === 'ok' || expected.granted === 'ok');
  if (open.length > 0) callers.push(usersOf(open));
  return callers.join('; ');
}

/** Which users may do what some rows say: by what they have to do with the thing, and by grants. */
function usersOf(rows: readonly PermissionRow[]): string {
  const who = relationOf(rows);
  const grants = new Set(rows.flatMap(({ grant }) => grant ?? []));
  if (grants.size === 0) return who;
  const [only] = grants;
  if (grants.size === 1 && rows.every(({ grant }) => grant)) return `${who}, with \`${only}\``;
  const ways = rows.flatMap(({ grant, what }) => (grant ? `\`${grant}\` ${what}` : []));
  return `${who} (${ways.join('; ')})`;
}

function relationOf(rows: readonly PermissionRow[]): string {
  if (rows.some(({ expected }) => expected.member === 'NOT_ALLOWED')) return 'the user whose it is';
  const membersOnly = ({ expected: { member, stranger } }: PermissionRow) =>
    member === 'ok' && stranger !== 'ok';
  return rows.some(membersOnly) ? 'its members' : 'users';
}

const SOURCES = trackedFiles().filter(file => file.path.startsWith('packages/router/src/') && !isTest(file));

/**
 * The first sentence of the comment above a procedure in the router's source: in the file of its noun, or in the one
 * whose procedures that file takes in.
 * @throws for a procedure without a comment, and for a name that stands at several places.
 */
function sentenceOf(path: string): string {
  const [noun = '', name = ''] = path.split('.');
  const own = SOURCES.filter(({ text }) => text.includes(`const ${noun}Router = `));
  const shared = SOURCES.filter(({ text }) => /const \w+Procedures = /.test(text));
  const among = (files: typeof SOURCES) => files.flatMap(({ text }) => commentsAbove(text, name));
  const inOwn = among(own);
  const [comment, ...others] = inOwn.length > 0 ? inOwn : among(shared);
  if (comment === undefined) throw new Error(`the procedure ${path} has no comment that says what it does`);
  if (others.length > 0) throw new Error(`several procedures could be ${path}`);
  return firstSentence(comment);
}

function commentsAbove(text: string, name: string): string[] {
  const pattern = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*${name}: \\w+Procedure\\b`, 'g');
  return [...text.matchAll(pattern)].map(match => match[1] ?? '');
}

function firstSentence(comment: string): string {
  const text = comment.replace(/\s*\n\s*\*?\s*/g, ' ').trim();
  return /^.*?\.(?= [A-Z@`]|$)/.exec(text)?.[0] ?? text;
}
