import type { Selection } from './selection.js';
import { resumingLine } from './tail-code.js';

/** A position, and the line of code that goes on after it. */
export function fromHere(id: string, selection: Selection): string {
  return `// everything after ${id}\n${resumingLine(selection, id)}\n`;
}
