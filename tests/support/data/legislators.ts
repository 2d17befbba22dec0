import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../../../../shared/data/legislators.ndjson', import.meta.url));

/** One of the 12,767 people of the real input. */
export interface Legislator {
  id: string;
  name: string;
  teams: string[];
  custom: Record<string, unknown>;
}

/** The file with the real input, or undefined where it is absent: it stands beside the project, not in it. */
export const legislatorsFile = existsSync(FILE) ? FILE : undefined;

/** Reads the real input. */
export function readLegislators(): Legislator[] {
  if (!legislatorsFile) throw new Error('the real input is absent');
  return readFileSync(legislatorsFile, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Legislator);
}
