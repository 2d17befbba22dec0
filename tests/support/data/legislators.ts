import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RUNS_WHOLE } from '@rollcall/testing';

const FILE = fileURLToPath(new URL('../../../../shared/data/legislators.ndjson', import.meta.url));

/** Unless everything runs whole, so many of the 12,767 people are read: the last of the file, those in office among them. */
const SELECTED = 1000;

/** One of the people of the real input. */
export interface Legislator {
  id: string;
  name: string;
  teams: string[];
  custom: Record<string, unknown>;
}

/** The file with the real input, or undefined where it is absent: it stands beside the project, not in it. */
export const legislatorsFile = existsSync(FILE) ? selectionOf(FILE) : undefined;

/** Reads the real input. */
export function readLegislators(): Legislator[] {
  if (!legislatorsFile) throw new Error('the real input is absent');
  return linesOf(legislatorsFile).map(line => JSON.parse(line) as Legislator);
}

/** The file, or one with the last people in it. */
function selectionOf(file: string): string {
  if (RUNS_WHOLE) return file;
  const selection = join(mkdtempSync(join(tmpdir(), 'rollcall-test-')), 'legislators.ndjson');
  writeFileSync(selection, linesOf(file).slice(-SELECTED).join('\n'));
  return selection;
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}
