import { FILTER_OPERATORS, LIMITS, LOGICAL_OPERATORS, QUERY_FIELDS } from '@rollcall/protocol';

/** The rules of filters, for an agent that has to write one: docs/contract/queries.md in short. */
export function filterRules(): string {
  const fields = Object.entries(QUERY_FIELDS).map(
    ([name, { holds, autocomplete }]) => `- ${name}: ${holds}${autocomplete ? ', takes $autocomplete' : ''}`,
  );
  return [
    '# Filters of users',
    '',
    'A filter is written as in MongoDB: {"role":"admin","custom.age":{"$gte":18}}. All keys of an object must hold.',
    `Operators: ${FILTER_OPERATORS.join(', ')}. ${LOGICAL_OPERATORS.join(', ')} take arrays of filters.`,
    '',
    '- A value alone means $eq. Types count: 18 is not "18".',
    '- A missing field matches $ne and $nin of a value, {"$exists":false} and {"$eq":null}.',
    '- $contains takes one element of a list: {"teams":{"$contains":"red"}}.',
    '- $autocomplete finds words that begin so: {"name":{"$autocomplete":"ja"}}.',
    '- An object is not compared as a whole: name a path in it, such as "custom.address.city".',
    `- At most ${LIMITS.filterDepth} levels and ${LIMITS.filterClauses} comparisons; $in and $nin take ${LIMITS.filterValues} values.`,
    '- Times are ISO 8601 with a zone, or epoch milliseconds.',
    '',
    'Fields:',
    '',
    ...fields,
    '- custom.<path>: any custom data; "plan" and "custom.plan" are the same',
    '',
    'A sort is a list of { "field", "direction" }, 1 or -1, of the same fields.',
    '',
  ].join('\n');
}
