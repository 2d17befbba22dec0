import type { RunState } from './import-run.js';

/** What has been done, or would be, in a sentence or two. Nothing is claimed that is not known. */
export function runInWords(state: RunState): string {
  const { kind, status, rows, refused, line } = state;
  const check = kind === 'check';
  const refusedToo =
    refused > 0 ? ` ${count(refused, 'row')} ${refused === 1 ? 'was' : 'were'} refused.` : '';
  switch (status) {
    case 'running':
      return `${check ? 'Checking' : 'Importing'}: ${count(rows, 'row')} read so far.`;
    case 'stopping':
      return 'Stopping: what is on its way is finished first.';
    case 'done':
      if (rows === 0) return 'The file has no rows.';
      return check
        ? `A check, which wrote nothing: ${outcome(state)}.${refusedToo}`
        : `Imported: ${outcome(state)}.${refusedToo}`;
    case 'stopped':
      if (check) return `The check was stopped after line ${number(line)}. Nothing was written.`;
      return state.cutOff
        ? `Stopped at once. Known to be done: ${outcome(state)}. Up to 400 users that were on their way may be stored, too.${refusedToo} ${AGAIN}`
        : `Stopped after line ${number(line)}. All up to there is done: ${outcome(state)}.${refusedToo} ${AGAIN}`;
    case 'failed':
      return check
        ? 'The check could not go on. Nothing was written.'
        : `The import could not go on. Known to be done: ${outcome(state)}.${refusedToo} ${AGAIN}`;
  }
}

const AGAIN = 'Import the file again to go on: users who are stored already stay as they are.';

function outcome({ kind, created, updated, unchanged }: RunState): string {
  const would = kind === 'check' ? 'to create' : 'created';
  const change = kind === 'check' ? 'to update' : 'updated';
  return `${count(created, 'user')} ${would}, ${number(updated)} ${change}, ${number(unchanged)} unchanged`;
}

/** A number and its word: `1 row`, `1,204 rows`. */
export function count(amount: number, word: string): string {
  return `${number(amount)} ${word}${amount === 1 ? '' : 's'}`;
}

function number(amount: number): string {
  return amount.toLocaleString('en');
}
