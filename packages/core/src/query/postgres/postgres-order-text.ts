import sql, { raw, type Sql } from 'sql-template-tag';
import { ORDER_NUMBER, ORDER_TEXT } from '../sort-value.js';

/**
 * The text of an object or array that sorts it: see ORDER_TEXT. A row of `node` is a value within it; `place` sorts the rows
 * as they are written, a container before what it holds.
 * @param json a `jsonb`.
 */
export function postgresOrderText(json: Sql): Sql {
  const { end, types } = ORDER_TEXT;
  const name = escaped(sql`field.key`);
  const type = raw(
    Object.entries(types)
      .map(([kind, digit]) => `WHEN '${kind}' THEN '${digit}'`)
      .join(' '),
  );
  const value = sql`CASE type WHEN 'string' THEN ${escaped(sql`value #>> '{}'`)} WHEN 'number' THEN ${numberText({ number: sql`value::numeric`, written: sql`written` })} WHEN 'boolean' THEN value::boolean::int::text ELSE '' END`;
  return sql`(WITH RECURSIVE node(place, name, type, value, written) AS (
      SELECT ''::text, ''::text, jsonb_typeof(${json}), ${json}, ''::text
      UNION ALL
      SELECT node.place || '1' || child.place, child.name, jsonb_typeof(child.value), child.value,
        CASE jsonb_typeof(child.value) WHEN 'number' THEN ${writtenNumber(sql`child.value::numeric`)} END
      FROM node, LATERAL (
        SELECT lpad(element.place::text, 5, '0'), '', element.value
          FROM jsonb_array_elements(CASE node.type WHEN 'array' THEN node.value ELSE '[]' END) WITH ORDINALITY AS element(value, place)
        UNION ALL
        SELECT ${name}, ${name}, field.value
          FROM jsonb_each(CASE node.type WHEN 'object' THEN node.value ELSE '{}' END) AS field
      ) AS child(place, name, value)
    ), token(place, text) AS (
      SELECT CASE WHEN ends THEN place || '2' ELSE place END,
        CASE WHEN ends THEN ${literal(end)} ELSE CASE type ${type} END || name || ${value} END
      FROM node CROSS JOIN (VALUES (FALSE), (TRUE)) AS both_ends(ends) WHERE NOT ends OR type IN ('array', 'object')
    )
    SELECT string_agg(text, '' ORDER BY place COLLATE "C") FROM token)`;
}

function escaped(text: Sql): Sql {
  const { escaping, textEnd } = ORDER_TEXT;
  return sql`(replace(${text}, ${characters(escaping.from)}, ${characters(escaping.to)}) || ${characters(textEnd)})`;
}

/** A number without its sign, such as `1.2500000000000000e+03`. */
function writtenNumber(number: Sql): Sql {
  return sql`trim(to_char(abs(${number}), '9.${raw('9'.repeat(ORDER_NUMBER.digits - 1))}EEEE'))`;
}

function numberText({ number, written }: { number: Sql; written: Sql }): Sql {
  const { negative, zero, positive, exponentOffset, digits } = ORDER_NUMBER;
  const mantissa = sql`replace(split_part(${written}, 'e', 1), '.', '')`;
  const exponent = sql`split_part(${written}, 'e', 2)::int`;
  const offset = raw(String(exponentOffset));
  const turned = sql`lpad((${raw('9'.repeat(digits))} - ${mantissa}::bigint)::text, ${raw(String(digits))}, '0')`;
  return sql`CASE WHEN ${number} = 0 THEN ${literal(zero)} WHEN ${number} > 0 THEN ${literal(positive)} || (${offset} + ${exponent})::text || ${mantissa} ELSE ${literal(negative)} || (${offset} - ${exponent})::text || ${turned} END`;
}

function literal(text: string): Sql {
  return raw(`'${text}'`);
}

function characters(text: string): Sql {
  const written = Array.from(text, character => `chr(${character.codePointAt(0)})`);
  return raw(`(${written.join(' || ')})`);
}
