import sql, { join, raw, type Sql } from 'sql-template-tag';
import { every, some } from '../conditions.js';
import type { Question, Questions } from '../questions.js';
import { splitTests, type ValueTest } from '../value-test.js';
import { postgresObjects } from './postgres-objects.js';
import { jsonb, numberOf, postgresWalk, textOf, valuePasses } from './postgres-value.js';

/** The answers to questions about custom data, as the bits of one integer. */
export function postgresAnswers(asked: Questions): Sql {
  const { questions, byIndex } = asked;
  const absences = !byIndex && questions.some(asksForAbsence);
  const names = new Set(questions.map(({ name }) => name));
  const isNamed = (name: string) => (names.size === 1 ? sql`NOT cell.is_object` : sql`cell.name = ${name}`);
  const bit = (position: number) => raw(`${2n ** BigInt(position)}::bigint`);
  const holding = questions.map(
    (question, position) =>
      sql`CASE WHEN ${isNamed(question.name)} AND ${holdsInCell(question)} THEN ${bit(position)} ELSE 0 END`,
  );
  const lacking = byIndex
    ? []
    : questions.flatMap((question, position) => {
        if (!asksForAbsence(question)) return [];
        const have = sql`count(*) FILTER (WHERE ${isNamed(question.name)} AND cell.is_first)`;
        return [
          sql`CASE WHEN count(*) FILTER (WHERE cell.is_object) > ${have} THEN ${bit(position)} ELSE 0 END`,
        ];
      });
  const answers = join([sql`bit_or(${join(holding, ' | ')})`, ...lacking], ' | ');
  const elements = sql`jsonb_array_elements(CASE WHEN jsonb_typeof(place.value) = 'array' THEN place.value END)`;
  // OFFSET 0 keeps the planner from repeating an expression at each of its uses.
  return sql`(SELECT ${answers} FROM (
      SELECT shown.*, CASE jsonb_typeof(shown.value) WHEN 'number' THEN ${numberOf(sql`shown.value`)} END AS number,
        CASE jsonb_typeof(shown.value) WHEN 'string' THEN ${textOf(sql`shown.value`)} END AS text
      FROM (
        SELECT place.name, place.is_object, place.value AS place_value,
          CASE WHEN element.value IS NULL OR NOT place.open THEN place.value ELSE element.value END AS value,
          coalesce(element.position = 1, TRUE) AS is_first
        FROM (${byIndex ? placesByIndex(asked) : placesOf(asked, absences)}) AS place
        LEFT JOIN LATERAL ${elements} WITH ORDINALITY AS element(value, position) ON TRUE
        OFFSET 0) AS shown
      OFFSET 0) AS cell)`;
}

function holdsInCell({ tests }: Question): Sql {
  const { ofPlaces, contained } = splitTests(tests);
  const place = sql`cell.place_value`;
  const conditions = ofPlaces.flatMap(test => {
    if (test.kind === 'exists') return [valuePasses(place, test)];
    if (test.kind === 'order') return [isShownInOrder(test)];
    const shown = valuePasses(sql`cell.value`, test);
    return test.values.some(Array.isArray) ? [shown, valuePasses(place, test)] : [shown];
  });
  if (contained.length > 0) {
    const holdsOne = some(contained.map(one => sql`${place} @> ${jsonb([one])}`));
    conditions.push(every([sql`jsonb_typeof(${place}) = 'array'`, holdsOne]));
  }
  return some(conditions);
}

/** As {@link valuePasses}, with the number and the text that have been taken out of the value. */
function isShownInOrder(test: Extract<ValueTest, { kind: 'order' }>): Sql {
  const operator = raw(test.operator);
  if (typeof test.value === 'number') {
    return sql`cell.number ${operator} ${JSON.stringify(test.value)}::numeric`;
  }
  return typeof test.value === 'string'
    ? sql`cell.text ${operator} ${test.value}`
    : valuePasses(sql`cell.value`, test);
}

function asksForAbsence({ tests }: Question): boolean {
  return tests.some(test => test.kind === 'in' && test.values.includes(null));
}

/** The members that are asked about, of all objects at the end of the way; and the objects, where absences count. */
function placesOf({ way, questions }: Questions, absences: boolean): Sql {
  const { from, conditions, value } = postgresObjects(way);
  const names = [...new Set(questions.map(({ name }) => name))];
  const isAsked = sql`member.key = ANY (${names}::text[])`;
  const members = sql`SELECT member.key AS name, member.value, TRUE AS open, FALSE AS is_object
      FROM ${from}, LATERAL jsonb_each(${value}) AS member(key, value) WHERE ${every([...conditions, isAsked])}`;
  const objects = sql` UNION ALL SELECT NULL, NULL, TRUE, TRUE FROM ${from} WHERE ${every(conditions)}`;
  return absences ? sql`${members}${objects}` : members;
}

/** The places of one path in which a name may be an index. */
function placesByIndex({ way, questions }: Questions): Sql {
  const name = questions[0]?.name ?? '';
  const walk = postgresWalk([...way, name]);
  return sql`SELECT ${name}::text AS name, walked.value, walked.open, FALSE AS is_object FROM (${walk}) AS walked`;
}
