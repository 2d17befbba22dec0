import { InvalidArgumentError } from 'commander';

/** Makes the reader of an option that is a whole number within bounds, both included. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return text => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`it takes a whole number from ${min} to ${max}`);
  };
}
