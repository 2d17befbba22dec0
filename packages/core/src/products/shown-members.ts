import { LIMITS } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Table } from '../database/table.js';
import type { Transaction } from '../database/unit-of-work.js';
import { fittingItems, USER_BYTES } from '../users/user-bytes.js';

/** Later than every time. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** What a membership says beside the ids in it. */
const OTHER_BYTES = 100;

/** Channels or calls whose length is worked out at once; then as many again. */
const LOOKED_AT_FIRST = 10;

interface Membership {
  cid: string;
  user_id: string;
}

/** Channels with their members, or calls with theirs. */
interface Memberships<Member extends Membership> {
  /** The table of what has members. Its key is `cid`. */
  of: 'channels' | 'calls';
  members: Table<Member>;
  /** How many members are shown with one of them. */
  shown: number;
}

/** The members that are shown with a channel or a call, and how many it has. */
export interface ShownMembers<Member> {
  members: Member[];
  memberCount: number;
}

/**
 * Of channels or calls, the members that are shown: the first, in the order in which they became members. One statement
 * for any number of them. It reads the members that it shows and counts the others in an index, so a channel of many
 * costs hardly more than one of few.
 */
export async function readShownMembers<Member extends Membership>(
  transaction: Transaction,
  memberships: Memberships<Member>,
  cids: readonly string[],
): Promise<ReadonlyMap<string, ShownMembers<Member>>> {
  const { members } = memberships;
  const cells = await transaction.query(
    sql`${pageOf(transaction, memberships, cids)}
      SELECT ${raw(members.columnList)}, ${raw(members.name)}.member_count FROM ${shownOf(memberships)} AS ${raw(members.name)}
      ORDER BY cid, place`,
  );
  const shown = new Map<string, ShownMembers<Member>>(
    cids.map(cid => [cid, { members: [], memberCount: 0 }]),
  );
  for (const one of cells) {
    const entry = shown.get(one.cid as string);
    if (!entry) continue;
    entry.members.push(members.decode(one, transaction.dialect));
    entry.memberCount = Number(one.member_count);
  }
  return shown;
}

/**
 * How many of these channels or calls, in their order, a page has room for with the members that are shown with them. It
 * is worked out in the database: what does not go out is not read. Those at the front are looked at first, since a few
 * long ones fill a page.
 */
export async function fittingCids<Member extends Membership>(
  transaction: Transaction,
  memberships: Memberships<Member>,
  cids: readonly string[],
): Promise<number> {
  const bytes: number[] = [];
  while (bytes.length < cids.length) {
    const some = cids.slice(bytes.length, Math.max(LOOKED_AT_FIRST, 2 * bytes.length));
    const bytesByCid = await readBytes(transaction, memberships, some);
    bytes.push(...some.map(cid => bytesByCid.get(cid) ?? LIMITS.customBytes));
    const fitting = fittingItems(bytes);
    if (fitting < bytes.length) return fitting;
  }
  return cids.length;
}

async function readBytes<Member extends Membership>(
  transaction: Transaction,
  memberships: Memberships<Member>,
  cids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { of } = memberships;
  const cells = await transaction.query(
    sql`${pageOf(transaction, memberships, cids)}
      SELECT shown.cid, sum(${USER_BYTES} + ${OTHER_BYTES}) AS bytes,
        (SELECT octet_length(CAST(custom AS text)) FROM ${raw(of)} AS custom_of WHERE custom_of.cid = shown.cid) AS custom_bytes
      FROM ${shownOf(memberships)} AS shown JOIN users ON users.id = shown.user_id
      GROUP BY shown.cid`,
  );
  return new Map(cells.map(one => [one.cid as string, Number(one.bytes) + Number(one.custom_bytes ?? 0)]));
}

/**
 * Of each channel or call, how many members it has, and when the last one joined that is shown. Both come from an index.
 * Engines would otherwise work them out once for each member.
 */
function pageOf<Member extends Membership>(
  { dialect }: Transaction,
  { of, members, shown }: Memberships<Member>,
  cids: readonly string[],
): Sql {
  return sql`WITH page AS MATERIALIZED (
    SELECT cid,
      (SELECT count(*) FROM ${raw(members.name)} AS counted WHERE counted.cid = one.cid) AS member_count,
      coalesce((SELECT created_at FROM ${raw(members.name)} AS ordered WHERE ordered.cid = one.cid
        ORDER BY created_at, user_id LIMIT 1 OFFSET ${shown - 1}), ${NEVER}) AS until
    FROM ${raw(of)} AS one WHERE cid IN (${dialect.values(cids)})
  )`;
}

/** Several may have joined at the same moment as the last one that is shown. */
function shownOf<Member extends Membership>({ members, shown }: Memberships<Member>): Sql {
  return sql`(SELECT * FROM (
      SELECT ${raw(members.columnList)}, page.member_count,
        row_number() OVER (PARTITION BY ${raw(members.name)}.cid ORDER BY ${raw(members.name)}.created_at, user_id) AS place
      FROM page JOIN ${raw(members.name)} ON ${raw(members.name)}.cid = page.cid AND created_at <= until
    ) AS placed WHERE place <= ${shown})`;
}
