import { Directory0001 } from './0001-directory.js';

/** Every migration, oldest first. Numbered and immutable: a released schema is changed by a new one only. */
export const MIGRATIONS = [Directory0001];
