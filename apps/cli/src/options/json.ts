import { InvalidArgumentError } from 'commander';

/** Reads an option that is a JSON object, such as a filter. */
export function parseJsonObjectOption(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`this is not JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new InvalidArgumentError('it takes a JSON object, such as {"role":"admin"}');
}
