import { afterAll, describe, expect, it } from 'vitest';
import { isProgram, isTest, placesOf, trackedFiles, withoutComments } from './tracked-files.js';

const files = trackedFiles();
const programs = files.filter(isProgram);

const LONG_FILE_LINES = 300;

describe('the names of files', () => {
  it('are in kebab-case, folders included; documents that everybody looks for shout', () => {
    const shouting =
      /^(README|ARCHITECTURE|CONTRIBUTING|CHANGELOG|SECURITY|LICENSE|RESULTS)(\.md)?$|^Dockerfile$/;
    const kebab = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
    const wrong = files.filter(({ path }) =>
      path.split('/').some(part => !kebab.test(part) && !shouting.test(part)),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('say what is inside: none is called after a drawer', () => {
    const drawers = /(^|\/)(utils?|helpers?|types|common|misc|shared|lib)(\/|\.[^/]*$)/;
    expect(files.filter(({ path }) => drawers.test(path)).map(({ path }) => path)).toEqual([]);
  });
});

/** Printed, not refused: a long file may well be one thing. */
afterAll(() => {
  for (const { path, text } of programs.filter(file => !isTest(file))) {
    const lines = text.split('\n').length - 1;
    if (lines > LONG_FILE_LINES) console.info(`${path} has ${lines} lines: is it really one thing?`);
  }
});

describe('the text of files', () => {
  const places = (pattern: RegExp, among = files) => among.flatMap(file => placesOf(file, pattern));

  it('leaves nothing to be done later', () => {
    expect(places(/\b(?:TO(?:DO)|FIX(?:ME)|X(?:XX))\b/)).toEqual([]);
  });

  it('switches no check off', () => {
    expect(places(/@ts-(?:ignore|nocheck)|\bas any\b/, programs)).toEqual([]);
    const tests = programs.filter(isTest);
    const off =
      /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:only|skip|todo)\b|\b(?:xit|fit|xdescribe|fdescribe)\(/;
    expect(tests.flatMap(file => placesOf(file, off, withoutComments(file)))).toEqual([]);
  });

  it('knows no folder of any one machine', () => {
    expect(places(/(?:^|[^\w.~-])\/(?:work|farm|root|home|Users)\/\w/)).toEqual([]);
  });

  it('is in plain English: it says who does something, and what a thing is not', () => {
    const translated = [
      /\bwho[e]ver\b/i,
      /\bfor go[o]d\b/i,
      /\bbelongs? int[o] the\b/i,
      // "There is none" is plain, and so is a cell of a table that says how many there are.
      /(?<!there |\| )\b(?:is|are) non[e]\b(?! of (?:these|those|them))/i,
    ];
    const written = files.filter(({ path }) => /\.(md|ts|tsx|js|mjs)$/.test(path));
    for (const pattern of translated) expect(places(pattern, written)).toEqual([]);
  });

  it('names no package registry, so that everybody installs from the one they have', () => {
    expect(places(/\bregistry\.[a-z0-9-]+\.[a-z]{2,}\b/)).toEqual([]);
  });

  it('cites no section of a specification of Rollcall that nobody who reads it has', () => {
    expect(places(/\bSPE[C](?:\.md)?\b|\u00a7/)).toEqual([]);
  });
});
