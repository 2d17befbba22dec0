import { expect, it } from 'vitest';
import { readJsonElements } from './json-elements.js';

async function elementsOf(text: string): Promise<string[]> {
  const elements: string[] = [];
  const source = (async function* () {
    yield Buffer.from(text);
  })();
  for await (const { number, bytes } of readJsonElements(source, { maxBytes: 100 })) {
    elements.push(`${number} ${bytes.toString().trim()}`);
  }
  return elements;
}

it('cuts an array into its elements, with their lines', async () => {
  expect(await elementsOf('\n[ {"a":"]\\"},"},\n{"b":[1,{}]} ]\n \n')).toEqual([
    '2 {"a":"]\\"},"}',
    '3 {"b":[1,{}]}',
  ]);
});

it.each([
  ['[{"a":1}]\n[{"a":2}]', 'something follows the end of the JSON array in line 2'],
  ['[{"a":1}]\n\n{"a":2}', 'something follows the end of the JSON array in line 3'],
  ['[] x', 'something follows the end of the JSON array in line 1'],
  ['[{"a":1},', 'the JSON array has no end after line 1'],
])('takes no part for the whole: %j', async (text, message) => {
  await expect(elementsOf(text)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining(message),
  });
});
