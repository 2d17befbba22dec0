import { copyFile } from 'node:fs/promises';
import { describe, inject } from 'vitest';
import { ENGINE_NAMES, type EngineName, freshDatabaseOn, freshFile, isWanted } from './fresh-database.js';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    migratedUrls: Partial<Record<EngineName, string>>;
  }
}

/** One of the engines that every contract is tested on. */
export interface TestEngine {
  name: EngineName;
  /** The URL of a new, empty database. */
  freshUrl(): Promise<string>;
  /**
   * The URL of a new database that has all tables and nothing in them: a copy, which is made in a tenth of the time that
   * migrating takes. The epoch of the log is the same in all of them. The run needs `provideMigrated`.
   */
  migratedUrl(): Promise<string>;
}

const engines = ENGINE_NAMES.map(
  (name): TestEngine => ({
    name,
    freshUrl: () => freshDatabaseUrl(name),
    migratedUrl: () => migratedDatabaseUrl(name),
  }),
);

/** Declares the same tests once for each engine, or for those of `ROLLCALL_TEST_ENGINES`. */
export function describeOnEveryEngine(name: string, define: (engine: TestEngine) => void): void {
  describeOn(engines, name, define);
}

/** Declares tests of what only PostgreSQL has: several processes, and a server that can be lost. */
export function describeOnPostgres(name: string, define: (engine: TestEngine) => void): void {
  describeOn(
    engines.filter(engine => engine.name === 'postgres'),
    name,
    define,
  );
}

function describeOn(on: readonly TestEngine[], name: string, define: (engine: TestEngine) => void): void {
  for (const engine of on) {
    if (isWanted(engine.name)) describe(`${name} [${engine.name}]`, () => define(engine));
  }
}

/** The URL of a new, empty database of an engine. For PostgreSQL the run needs `postgres-global-setup`. */
export function freshDatabaseUrl(name: EngineName): Promise<string> {
  return name === 'postgres' ? freshDatabaseOn(inject('postgresUrl')) : freshFile(name);
}

async function migratedDatabaseUrl(name: EngineName): Promise<string> {
  const migrated = inject('migratedUrls')[name];
  if (migrated === undefined) throw new Error(`this run has no migrated database of ${name}`);
  if (name === 'postgres') return freshDatabaseOn(inject('postgresUrl'), new URL(migrated).pathname.slice(1));
  const url = await freshFile(name);
  await copyFile(fileOf(migrated), fileOf(url));
  return url;
}

function fileOf(url: string): string {
  return url.slice(url.indexOf(':') + 1);
}
