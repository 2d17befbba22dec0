/** What every scene of the browser tests of @rollcall/react is made of: counts, texts, and the words for a result. */
import type { RollcallError } from '@rollcall/client';
import type { ReactNode } from 'react';

/** Counts a render, so that a test can ask for it. */
export const count = (what: string) => {
  window.renders[what] = (window.renders[what] ?? 0) + 1;
};

/** Something that a test finds by its id. */
export function Text({ id, children }: { id: string; children: ReactNode }) {
  return <p id={id}>{children}</p>;
}

/** What a result shows: its status, its error, and what it has. */
export const said = (
  result: { status: string; error?: RollcallError | undefined; data?: unknown },
  data: unknown,
) =>
  [result.status, result.error?.code, result.data === undefined ? undefined : data].filter(Boolean).join(' ');
