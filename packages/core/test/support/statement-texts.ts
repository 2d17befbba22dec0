import { DataSource } from 'typeorm';
import { PreparedStatements } from '../../src/database/prepared-statements.js';

/** The texts of the statements that the databases of this process have run. */
export interface StatementTexts {
  /** Every text that was run since the last call, once. */
  taken(): Set<string>;
  stop(): void;
}

/**
 * Records every statement to any engine where all of them pass: in TypeORM's query runners, and in the statements that stay
 * prepared. Bound values are not part of a text.
 */
export function collectStatementTexts(): StatementTexts {
  let texts = new Set<string>();
  const create = DataSource.prototype.createQueryRunner;
  DataSource.prototype.createQueryRunner = function createListening(this: DataSource, ...mode) {
    const runner = create.apply(this, mode);
    const query = runner.query.bind(runner) as (...parameters: unknown[]) => Promise<unknown>;
    return Object.assign(runner, {
      query: (...parameters: unknown[]) => {
        texts.add(String(parameters[0]));
        return query(...parameters);
      },
    });
  };
  const run = PreparedStatements.prototype.run;
  PreparedStatements.prototype.run = function runListening(this: PreparedStatements, text, values) {
    texts.add(text);
    return run.call(this, text, values);
  };
  return {
    taken: () => {
      const taken = texts;
      texts = new Set();
      return taken;
    },
    stop: () => {
      DataSource.prototype.createQueryRunner = create;
      PreparedStatements.prototype.run = run;
    },
  };
}
