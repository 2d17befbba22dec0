/** Measures rows one after the other. A row that fails does not keep the others from being measured. */
import { openLargeDirectory } from '../stage/large-directory.mjs';
import { lineText } from '../stage/lines.mjs';
import { writeResults } from '../stage/results.mjs';
import { ALL_ROWS } from './all-rows.mjs';

/**
 * @param options.only the beginnings of names of rows; without it all are measured, and the table is written.
 * @returns whether everything could be measured.
 */
export async function measureRows({ only, ...options }) {
  const rows = ALL_ROWS.filter(({ name }) => only?.split(',').some(one => name.startsWith(one)) ?? true);
  if (rows.length === 0) {
    console.error(`no row begins with ${only}; --list names them`);
    return false;
  }
  const begun = performance.now();
  const seconds = () => Math.round((performance.now() - begun) / 1000);
  const large = openLargeDirectory(options.users);
  const lines = [];
  const failures = [];
  for (const row of rows) {
    console.log(`— ${row.says}`);
    try {
      const measured = await row.run({ ...options, large });
      lines.push(...measured);
      for (const line of measured) console.log(`  ${lineText(line)}`);
    } catch (error) {
      failures.push(row.name);
      console.error(`  ${row.name} failed: ${error.stack}`);
    }
    console.log(`  after ${seconds()} s`);
  }
  await large.close();
  if (failures.length > 0) console.error(`failed: ${failures.join(', ')}`);
  else if (!only) writeResults(lines, { ...options, tookSeconds: seconds() });
  return failures.length === 0;
}
