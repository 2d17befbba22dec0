import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readBackupHead } from '../backup/backup-file.js';
import { type Finding, risk, saidSpan, sentence } from './finding.js';

const OLD_MS = 2 * 24 * 60 * 60 * 1000;

/** The clocks of two machines may differ by so much. */
const AHEAD_MS = 60 * 60 * 1000;

/**
 * What can be said about a folder with backups: when the last one was made. It does not read their data.
 * @param now epoch milliseconds.
 */
export async function examineBackups(folder: string, now: number): Promise<Finding[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => error);
  if (!Array.isArray(names)) {
    return [
      risk(
        'backups',
        `the folder of the backups ${folder} cannot be read (${names.code}): name the folder that \`rollcall backup\` writes to.`,
      ),
    ];
  }
  const findings: Finding[] = [];
  const times: number[] = [];
  for (const name of names.filter(one => one.endsWith('.backup'))) {
    try {
      times.push(Date.parse((await readBackupHead(join(folder, name))).head.made_at));
    } catch (error) {
      findings.push(risk('backups', sentence((error as Error).message)));
    }
  }
  const age = now - Math.max(...times);
  if (age < -AHEAD_MS) {
    findings.push(
      risk(
        'backups',
        `the last backup in ${folder} is of a time to come: the clock of this machine, or of the one that made it, is wrong. Set both by NTP, and look at when it was made.`,
      ),
    );
  }
  if (times.length === 0)
    findings.push(risk('backups', `there is no backup in ${folder}: run \`rollcall backup ${folder}\`.`));
  else if (age > OLD_MS) {
    findings.push(
      risk('backups', `the last backup in ${folder} is ${saidSpan(age)} old: look at what should make them.`),
    );
  }
  return findings;
}
