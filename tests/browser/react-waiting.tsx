/** Components that wait by Suspense, for the browser tests of @rollcall/react. */
import type { RollcallError } from '@rollcall/client';
import { useUser as useSettledUser, useUsers as useSettledUsers } from '@rollcall/react/suspense';
import { Component, type ReactNode } from 'react';
import { Text } from './react-parts.js';

/** Something else that a component waits for. */
let other: { promise: Promise<void>; there: boolean } | undefined;

function waitForOther(ms: number): void {
  if (!other) {
    const mine = { there: false, promise: Promise.resolve() };
    mine.promise = new Promise(resolve =>
      setTimeout(() => {
        mine.there = true;
        resolve();
      }, ms),
    );
    other = mine;
  }
  if (!other.there) throw other.promise;
}

/** Waits for a user, and then for something that takes long. */
export function Patient({ id, otherMs }: { id: string; otherMs: number }) {
  const { data } = useSettledUser(id);
  waitForOther(otherMs);
  return <Text id="settled">{data.name}</Text>;
}

/** The same with a list. */
export function PatientList({ id, otherMs }: { id: string; otherMs: number }) {
  // A render that notes the first and not the second waits for the list.
  window.notes.push({ begunMs: Date.now() });
  const { data } = useSettledUsers<{ mood?: string }>({ id });
  window.notes.push({ knownMs: Date.now() });
  waitForOther(otherMs);
  return <Text id="settled">{`${data.users[0]?.name} ${data.users[0]?.custom.mood ?? ''}`.trim()}</Text>;
}

/** Says why what is in it failed. */
export class Boundary extends Component<{ children: ReactNode }, { code?: string }> {
  override state: { code?: string } = {};
  static getDerivedStateFromError(error: RollcallError) {
    return { code: error.code ?? error.message };
  }
  override render() {
    return this.state.code ? <Text id="boundary">{this.state.code}</Text> : this.props.children;
  }
}
