import sql, { raw, type Sql } from 'sql-template-tag';
import { ORDER_NUMBER, ORDER_TEXT } from '../sort-value.js';

/**
 * The text of an object or array that sorts it: see ORDER_TEXT. A row of `node` is a value within it; `place` sorts the rows
 * as they are written, a container before what it holds.
 * @param json JSON text.
 */
export function sqliteOrderText(json: Sql): Sql {
  const { end, types } = ORDER_TEXT;
  const name = escaped(sql`child.key`);
  const inArray = sql`node.type = 'array'`;
  const isContainer = sql`type IN ('array', 'object')`;
  const type = sql`CASE type WHEN 'null' THEN ${literal(types.null)} WHEN 'text' THEN ${literal(types.string)} WHEN 'object' THEN ${literal(types.object)} WHEN 'array' THEN ${literal(types.array)} WHEN 'true' THEN ${literal(types.boolean)} WHEN 'false' THEN ${literal(types.boolean)} ELSE ${literal(types.number)} END`;
  const value = sql`CASE type WHEN 'text' THEN ${escaped(sql`value`)} WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE coalesce(${numberText({ number: sql`value`, written: sql`written` })}, '') END`;
  return sql`(WITH RECURSIVE node(place, name, type, value, written) AS (
      SELECT '', '', json_type(${json}), ${json}, NULL
      UNION ALL
      SELECT node.place || '1' || CASE WHEN ${inArray} THEN printf('%05d', child.key) ELSE ${name} END,
        CASE WHEN ${inArray} THEN '' ELSE ${name} END, child.type, child.value,
        CASE WHEN child.type IN ('integer', 'real') THEN ${writtenNumber(sql`child.value`)} END
      FROM node, json_each(node.value) AS child WHERE node.${isContainer}
    ), token(place, text) AS (
      SELECT CASE WHEN ends THEN place || '2' ELSE place END,
        CASE WHEN ends THEN ${literal(end)} ELSE ${type} || name || ${value} END
      FROM node CROSS JOIN (SELECT 0 AS ends UNION ALL SELECT 1) WHERE NOT ends OR ${isContainer}
    )
    SELECT group_concat(text, '' ORDER BY place) FROM token)`;
}

function escaped(text: Sql): Sql {
  const { escaping, textEnd } = ORDER_TEXT;
  return sql`(replace(${text}, ${characters(escaping.from)}, ${characters(escaping.to)}) || ${characters(textEnd)})`;
}

/** A number without its sign, such as `1.25e+03`. `printf` gives all digits only with an exclamation mark, and then no zeros at the end. */
function writtenNumber(number: Sql): Sql {
  return sql`printf('%!.${raw(String(ORDER_NUMBER.digits - 1))}e', abs(${number} + 0.0))`;
}

/** NULL where nothing is written. */
function numberText({ number, written }: { number: Sql; written: Sql }): Sql {
  const { negative, zero, positive, exponentOffset } = ORDER_NUMBER;
  const digits = raw(String(ORDER_NUMBER.digits));
  const zeros = raw('0'.repeat(ORDER_NUMBER.digits));
  const padded = sql`substr(replace(substr(${written}, 1, instr(${written}, 'e') - 1), '.', '') || '${zeros}', 1, ${digits})`;
  const exponent = sql`CAST(substr(${written}, instr(${written}, 'e') + 1) AS INTEGER)`;
  const offset = raw(String(exponentOffset));
  const turned = sql`printf('%0${digits}d', ${raw('9'.repeat(ORDER_NUMBER.digits))} - CAST(${padded} AS INTEGER))`;
  return sql`CASE WHEN ${written} IS NULL THEN NULL WHEN ${number} = 0 THEN ${literal(zero)} WHEN ${number} > 0 THEN ${literal(positive)} || (${offset} + ${exponent}) || ${padded} ELSE ${literal(negative)} || (${offset} - ${exponent}) || ${turned} END`;
}

function literal(text: string): Sql {
  return raw(`'${text}'`);
}

function characters(text: string): Sql {
  return raw(`char(${Array.from(text, character => character.codePointAt(0)).join(', ')})`);
}
