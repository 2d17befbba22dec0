import { type Kind, kindOf, wrong } from '../check/kind.js';
import { tokenProblem } from './token-claims.js';
import type { TokenOrProvider } from './token-source.js';

/** A token. It is a secret, so a message does not show it. */
export const token: Kind<string> = {
  accepts: 'a token',
  problem(value, field) {
    if (typeof value !== 'string') return wrong(field, 'a token (a text)', value);
    const message = tokenProblem(value);
    return message === undefined ? undefined : { field, message };
  },
};

const ACCEPTS = 'a token (a text), or a function that returns one or a promise of one';

/** A token, or what fetches one. */
export const tokenOrProvider: Kind<TokenOrProvider> = {
  accepts: ACCEPTS,
  problem(value, field) {
    if (typeof value === 'function') return undefined;
    return typeof value === 'string' ? token.problem(value, field) : wrong(field, ACCEPTS, value);
  },
};

/** A secret. A message does not show it. */
export const secret: Kind<string> = kindOf('a secret (a text)', value => typeof value === 'string');
