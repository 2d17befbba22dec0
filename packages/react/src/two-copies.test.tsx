import { createClient } from '@rollcall/client';
import { renderToString } from 'react-dom/server';
import { expect, it, vi } from 'vitest';

type Copy = typeof import('./index.js');

function Status({ of }: { of: Copy }) {
  return <p>{of.useConnection().status}</p>;
}

it('a second copy of the package finds the provider of the first, and says so once', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const copies: Copy[] = [];
  for (let copy = 0; copy < 3; copy++) {
    vi.resetModules();
    copies.push(await import('./index.js'));
  }
  const [{ RollcallProvider }, ...others] = copies as [Copy, ...Copy[]];
  const client = createClient({ url: 'http://127.0.0.1:1' });
  const html = renderToString(
    <RollcallProvider client={client} anonymous>
      {others.map((of, place) => (
        <Status key={String(place)} of={of} />
      ))}
    </RollcallProvider>,
  );
  expect(html).toBe('<p>disconnected</p><p>disconnected</p>');
  expect(warn.mock.calls).toEqual([['Rollcall: the page loads @rollcall/react twice']]);
  warn.mockRestore();
});
