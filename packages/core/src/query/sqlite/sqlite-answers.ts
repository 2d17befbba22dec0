import sql, { join, raw, type Sql } from 'sql-template-tag';
import { every, some } from '../conditions.js';
import type { Question, Questions } from '../questions.js';
import { splitTests } from '../value-test.js';
import { type Cell, cellPasses, sqliteWalk } from './sqlite-cell.js';
import { sqliteObjects } from './sqlite-objects.js';

/** What the answers are read from: a row for each place, or for each element of a place that is an array. */
const PLACE: Cell = { type: sql`cell.place_type`, value: sql`cell.place_value` };
const ELEMENT: Cell = { type: sql`cell.element_type`, value: sql`cell.element_value` };
/** The element where it stands for the place, else the place. */
const SHOWN: Cell = { type: sql`cell.type`, value: sql`cell.value` };

/** The answers to questions about custom data, as the bits of one integer. */
export function sqliteAnswers(asked: Questions): Sql {
  const { questions, byIndex } = asked;
  const absences = !byIndex && questions.some(asksForAbsence);
  const names = new Set(questions.map(({ name }) => name));
  const isNamed = (name: string) => (names.size === 1 ? sql`NOT cell.is_object` : sql`cell.name = ${name}`);
  const bits = questions.map((question, bit) => {
    const isFound = isNamed(question.name);
    const holds = sql`coalesce(max(${isFound} AND ${holdsInCell(question)}), 0)`;
    const answer =
      !byIndex && asksForAbsence(question)
        ? sql`(${holds} OR total(cell.is_object) > total(${isFound} AND cell.is_first))`
        : holds;
    return sql`(${answer} << ${raw(String(bit))})`;
  });
  const isShown = sql`element.type IS NULL OR NOT place.open`;
  const elements = sql`json_each(CASE place.type WHEN 'array' THEN place.value ELSE '[]' END)`;
  // LIMIT keeps SQLite from computing a column again at each of its uses.
  return sql`(SELECT ${join(bits, ' | ')} FROM (
      SELECT place.name, place.is_object, place.type AS place_type, place.value AS place_value,
        CASE WHEN ${isShown} THEN place.type ELSE element.type END AS type,
        CASE WHEN ${isShown} THEN place.value ELSE element.value END AS value,
        element.type AS element_type, element.value AS element_value, coalesce(element.key = 0, 1) AS is_first
      FROM (${byIndex ? placesByIndex(asked) : placesOf(asked, absences)}) AS place LEFT JOIN ${elements} AS element
      LIMIT -1) AS cell)`;
}

function holdsInCell({ tests }: Question): Sql {
  const { ofPlaces, contained } = splitTests(tests);
  const conditions = ofPlaces.flatMap(test => {
    if (test.kind === 'exists') return [cellPasses(PLACE, test)];
    const wholes = test.kind === 'in' && test.values.some(Array.isArray);
    return wholes ? [cellPasses(SHOWN, test), cellPasses(PLACE, test)] : [cellPasses(SHOWN, test)];
  });
  if (contained.length > 0) {
    const isWanted = cellPasses(ELEMENT, { kind: 'in', values: contained });
    conditions.push(every([sql`${ELEMENT.type} IS NOT NULL`, isWanted]));
  }
  return some(conditions);
}

function asksForAbsence({ tests }: Question): boolean {
  return tests.some(test => test.kind === 'in' && test.values.includes(null));
}

/** The members that are asked about, of all objects at the end of the way; and the objects, where absences count. */
function placesOf({ way, questions }: Questions, absences: boolean): Sql {
  const { from, conditions, value } = sqliteObjects(way);
  const names = JSON.stringify([...new Set(questions.map(({ name }) => name))]);
  const isAsked = sql`member.key IN (SELECT value FROM json_each(${names}))`;
  const members = sql`SELECT member.key AS name, member.type, member.value, 1 AS open, 0 AS is_object
      FROM ${from}, json_each(${value}) AS member WHERE ${every([...conditions, isAsked])}`;
  const objects = sql` UNION ALL SELECT NULL, 'object', NULL, 1, 1 FROM ${from} WHERE ${every(conditions)}`;
  return absences ? sql`${members}${objects}` : members;
}

/** The places of one path in which a name may be an index. */
function placesByIndex({ way, questions }: Questions): Sql {
  const name = questions[0]?.name ?? '';
  const walk = sqliteWalk([...way, name]);
  return sql`SELECT ${name} AS name, walked.type, walked.value, walked.open, 0 AS is_object FROM (${walk}) AS walked`;
}
