import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Tool } from './tool.js';

/**
 * The input of a tool as the SDK wants it: it says what is accepted, and lets everything through. The tool checks it, so that
 * a refusal has a code and a field.
 */
export function inputSchemaOf({ input }: Tool): StandardSchemaWithJSON {
  const jsonSchema = () => {
    const { $schema: _dialect, ...schema } = z.toJSONSchema(input, {
      io: 'input',
      unrepresentable: 'any',
      // The format says it in a word. The pattern takes a line of what an agent can read, for each time.
      override: ({ jsonSchema: part }) => {
        if (part.format === 'date-time') delete part.pattern;
      },
    });
    return schema;
  };
  return {
    '~standard': {
      version: 1,
      vendor: 'rollcall',
      validate: value => ({ value }),
      jsonSchema: { input: jsonSchema, output: jsonSchema },
    },
  };
}
