import { RollcallError } from '@rollcall/protocol';
import { TRPCClientError } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { optional } from '../check/kind.js';
import { text } from '../check/kinds.js';
import { shape } from '../check/shape.js';
import { productMethods } from './product-methods.js';

interface Notes {
  write(input: { text: string }): Promise<string>;
  find(input?: { text?: string }): Promise<string[]>;
}

describe('the methods of a product', () => {
  const asked: unknown[] = [];
  const notes = productMethods<Notes>(
    {
      write: {
        mutate: async input => {
          asked.push(['write', input]);
          if (input.text !== 'refused') return 'written';
          const refusal = new RollcallError('NOT_ALLOWED', 'no', { field: 'text' });
          throw TRPCClientError.from({ error: { code: -32_003, message: 'no', data: refusal.toData() } });
        },
      },
      find: {
        query: async input => {
          asked.push(['find', input]);
          return ['found'];
        },
      },
    },
    {
      write: ['mutate', shape<{ text: string }>({ text })],
      find: ['query', optional(shape<{ text?: string }>({ text: optional(text) }))],
    },
  );

  it('call the procedures of their names, with what they are given or an empty input', async () => {
    expect(await notes.write({ text: 'a' })).toBe('written');
    expect(await notes.find({ text: 'b' })).toEqual(['found']);
    expect(await notes.find()).toEqual(['found']);
    expect(asked.splice(0)).toEqual([
      ['write', { text: 'a' }],
      ['find', { text: 'b' }],
      ['find', {}],
    ]);
  });

  it('send nothing that cannot be meant', async () => {
    await expect(notes.write({ txt: 'a' } as never)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      field: 'txt',
      message: 'txt: is unknown; accepted are text; did you mean text? (write)',
    });
    expect(asked).toEqual([]);
  });

  it('fail as RollcallError', async () => {
    const error = await notes.write({ text: 'refused' }).catch(one => one);
    expect(error).toBeInstanceOf(RollcallError);
    expect(error).toMatchObject({ code: 'NOT_ALLOWED', field: 'text' });
  });

  it('are those of the product and no others', () => {
    expect(Object.keys(notes)).toEqual(['write', 'find']);
  });
});
