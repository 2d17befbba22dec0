import { copyFile } from 'node:fs/promises';
import { afterAll, describe, inject, onTestFinished, TestRunner } from 'vitest';
import {
  ENGINE_NAMES,
  type EngineName,
  freshDatabaseOn,
  freshFile,
  WANTED_ENGINES,
} from './fresh-database.js';
import { giveBack, type MigratedPostgres, takeMigrated } from './migrated-postgres.js';
import { RUNS_WHOLE } from './whole.js';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    /** Of the replica of that server, where there is one. */
    replicaUrl: string | undefined;
    migratedFiles: Partial<Record<EngineName, string>>;
    migratedPostgres: MigratedPostgres;
  }
}

/** One of the engines that every contract is tested on. */
export interface TestEngine {
  name: EngineName;
  /** The URL of a new, empty database. */
  freshUrl(): Promise<string>;
  /**
   * The URL of a database that has all tables and nothing in them: a copy, which is made in a tenth of the time that
   * migrating takes. The epoch of the log is the same in all of them. On PostgreSQL another test gets it, emptied, after the
   * test that asked for it, or after all tests of the engine when none was running. The run needs `provideMigrated`.
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

/**
 * Declares the same tests once for each engine, or for those of `ROLLCALL_TEST_ENGINES`. Unless everything runs whole, or
 * engines are asked for, these tests run on one engine: which one depends on their name, so a third of all tests runs on
 * each. Tests of what differs between the dialects of SQL take {@link describeOnEveryDialect}.
 */
export function describeOnEveryEngine(name: string, define: (engine: TestEngine) => void): void {
  const chosen = ENGINE_NAMES[sumOf(name) % ENGINE_NAMES.length];
  const selected = engines.filter(engine => RUNS_ALL_ENGINES || engine.name === chosen);
  describeOn(selected, name, define);
}

/**
 * Declares the same tests once for each engine, or for those of `ROLLCALL_TEST_ENGINES`. The two embedded engines run the
 * same statements and differ in nothing but the driver. Unless everything runs whole, or engines are asked for, these tests
 * run on PostgreSQL and on one of the two: which one depends on their name.
 */
export function describeOnEveryDialect(name: string, define: (engine: TestEngine) => void): void {
  describeOn(RUNS_ALL_ENGINES ? engines : oneOfEachDialect(name), name, define);
}

/**
 * Declares the same tests on PostgreSQL and on one of the two embedded engines, also where everything runs whole: for long
 * matrices, random rounds and long waits, of which each engine would take minutes. A name with a seed takes the two in turn from run to run.
 * What the drivers do by themselves has tests on every engine.
 */
export function describeOnceForEachDialect(name: string, define: (engine: TestEngine) => void): void {
  const areAskedFor = process.env.ROLLCALL_TEST_ENGINES !== undefined;
  describeOn(areAskedFor ? engines : oneOfEachDialect(name), name, define);
}

function oneOfEachDialect(name: string): TestEngine[] {
  const left = sumOf(name) % 2 === 0 ? 'sqlite3' : 'better-sqlite3';
  return engines.filter(engine => engine.name !== left);
}

const RUNS_ALL_ENGINES = RUNS_WHOLE || process.env.ROLLCALL_TEST_ENGINES !== undefined;

function sumOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0);
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
    if (!WANTED_ENGINES.includes(engine.name)) continue;
    describe(`${name} [${engine.name}]`, () => {
      // Hooks of this kind run in reverse: after this one nothing of these tests is open any more.
      afterAll(() => {
        for (const url of sharedByTests.splice(0)) giveBack(url);
      });
      define(engine);
    });
  }
}

/** Databases of PostgreSQL that were taken for all tests of an engine in a file. */
const sharedByTests: string[] = [];

/** The URL of a new, empty database of an engine. For PostgreSQL the run needs `postgres-global-setup`. */
export function freshDatabaseUrl(name: EngineName): Promise<string> {
  return name === 'postgres' ? freshDatabaseOn(inject('postgresUrl')) : freshFile(name);
}

async function migratedDatabaseUrl(name: EngineName): Promise<string> {
  if (name === 'postgres') {
    const url = await takeMigrated(inject('postgresUrl'), inject('migratedPostgres'));
    if (TestRunner.getCurrentTest()) onTestFinished(() => giveBack(url));
    else sharedByTests.push(url);
    return url;
  }
  const migrated = inject('migratedFiles')[name];
  if (migrated === undefined) throw new Error(`this run has no migrated database of ${name}`);
  const url = await freshFile(name);
  await copyFile(fileOf(migrated), fileOf(url));
  return url;
}

function fileOf(url: string): string {
  return url.slice(url.indexOf(':') + 1);
}
