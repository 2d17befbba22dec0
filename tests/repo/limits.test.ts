import { LIMITS } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { isProgram, isTest, trackedFiles, withoutComments } from './tracked-files.js';

it('every limit is asked by the code that holds it, so that none is a promise only', () => {
  const code = trackedFiles()
    .filter(file => isProgram(file) && !isTest(file) && file.path.includes('/src/'))
    .map(withoutComments)
    .join('\n');
  const unused = Object.keys(LIMITS).filter(name => !new RegExp(`\\bLIMITS\\.${name}\\b`).test(code));
  expect(unused).toEqual([]);
});
