import { type Examined, type ExamineOptions, examineInstallation } from './doctor/examine-installation.js';
import { TABLES } from './tables.js';

/** Looks at a database of Rollcall and says what is wrong with it ({@link examineInstallation}). */
export function examineDirectory(options: Omit<ExamineOptions, 'tables'>): Promise<Examined> {
  return examineInstallation({ ...options, tables: TABLES });
}
