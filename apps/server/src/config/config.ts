import { described, type Issue, RollcallError } from '@rollcall/protocol';
import type { Environment, Setting } from './setting.js';
import { FOREIGN_NAMES, SETTINGS } from './settings-table.js';

type SettingValues = {
  [Key in keyof typeof SETTINGS]: (typeof SETTINGS)[Key] extends Setting<infer Value> ? Value : never;
};

/** The checked settings of the server. They contain secrets: show them with `describeConfig` only. */
export interface Config extends SettingValues {
  environment: Environment;
}

/** Environment variables by name, such as `process.env`. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

const NAMES = Object.values(SETTINGS).map(row => row.name);

/**
 * Reads the configuration from environment variables. An empty variable counts as absent.
 * @throws RollcallError `INPUT_INVALID` that lists, one per line, every value that is not accepted and every unknown name
 * that begins with `ROLLCALL_`. No message repeats the value of a secret.
 */
export function loadConfig(env: EnvironmentVariables): Config {
  const environment: Environment = env.NODE_ENV === 'production' ? 'production' : 'development';
  const issues = unknownNames(env);
  const values: Record<string, unknown> = {};
  for (const [key, row] of Object.entries(SETTINGS)) {
    const text = env[row.name];
    if (!text) {
      values[key] = row.fallback(environment);
      continue;
    }
    const read = row.schema.safeParse(text);
    if (read.success) values[key] = read.data;
    else issues.push(issueOf(row, text, read.error.issues[0]?.message));
  }
  const config = { ...(values as unknown as SettingValues), environment };
  if (issues.length === 0) issues.push(...missingSecret(config), ...needlessReplicas(config));
  const [first] = issues;
  if (first) {
    const message = `the configuration is not accepted:\n${issues.map(issue => `- ${issue.message}`).join('\n')}`;
    throw new RollcallError('INPUT_INVALID', message, { field: first.field, issues });
  }
  return config;
}

function issueOf(
  row: (typeof SETTINGS)[keyof typeof SETTINGS],
  text: string,
  problem = 'not accepted',
): Issue {
  const isTold = ('secret' in row && row.secret) || problem.endsWith(`not ${described(text)}`);
  const message = isTold ? problem : `${problem}; it is "${text}"`;
  const named = message.startsWith(`${row.name}:`) ? message : `${row.name}: ${message}`;
  return { code: 'INPUT_INVALID', field: row.name, message: named };
}

function unknownNames(env: EnvironmentVariables): Issue[] {
  return Object.keys(env)
    .filter(name => name.startsWith('ROLLCALL_') && !(NAMES as string[]).includes(name))
    .filter(name => !FOREIGN_NAMES.some(foreign => foreign.test(name)))
    .sort()
    .map(name => {
      const meant = nearestName(name, NAMES);
      const hint = meant ? `; did you mean ${meant}?` : '';
      return { code: 'INPUT_INVALID', field: name, message: `${name}: there is no such setting${hint}` };
    });
}

/** Several processes share one PostgreSQL, so a secret that one process makes for itself is of no use to the others. */
function missingSecret(config: Config): Issue[] {
  if (config.secret !== undefined || !/^postgres(ql)?:/.test(config.databaseUrl)) return [];
  const field = SETTINGS.secret.name;
  return [
    {
      code: 'INPUT_INVALID',
      field,
      message: `${field}: PostgreSQL needs a secret, the same for every process; make one with \`openssl rand -hex 32\``,
    },
  ];
}

/** An embedded database has no replicas: those who name some mean another database. */
function needlessReplicas({ databaseUrl, databaseReadUrls }: Config): Issue[] {
  if (databaseReadUrls.length === 0 || /^postgres(ql)?:/.test(databaseUrl)) return [];
  const field = SETTINGS.databaseReadUrls.name;
  const message = `${field}: only PostgreSQL has replicas; leave it out, or name a PostgreSQL in ROLLCALL_DATABASE_URL`;
  return [{ code: 'INPUT_INVALID', field, message }];
}

/** With more than three wrong letters, a guess is wrong more often than right. */
const MAX_DISTANCE = 3;

/** The known name that a misspelt name most likely means; undefined when no name is near enough to help. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = MAX_DISTANCE + 1;
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** The smallest number of insertions, deletions and replacements that turn one text into the other (Wagner and Fischer, 1974). */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      current[column] = Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1);
    }
    previous = current;
  }
  return previous[to.length]!;
}
