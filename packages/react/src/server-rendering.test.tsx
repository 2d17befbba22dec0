import { createClient } from '@rollcall/client';
import { Suspense } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, it, vi } from 'vitest';
import { RollcallProvider, useMe, usePresence, useUser, useUsers } from './index.js';
import { useUser as useSettledUser } from './suspense/index.js';

const fetched = vi.spyOn(globalThis, 'fetch');

afterEach(() => fetched.mockClear());

function Everything() {
  const all = [
    useMe(),
    useUser('john'),
    useUser('john', user => user.name),
    useUsers({}),
    usePresence(['john']),
  ];
  return <p>{all.map(({ status }) => status).join(' ')}</p>;
}

function Waits() {
  return <p>{useSettledUser('john').data.name}</p>;
}

it('a server renders what is pending, and opens and asks nothing', async () => {
  const client = createClient({ url: 'http://127.0.0.1:1' });
  const html = renderToString(
    <RollcallProvider client={client} user={{ id: 'jane' }} token="token">
      <Everything />
    </RollcallProvider>,
  );
  expect(html).toBe('<p>pending pending pending pending pending</p>');
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(fetched).not.toHaveBeenCalled();
  expect(client.connection.state).toEqual({ status: 'disconnected' });
});

it('a server leaves what would wait to the page', async () => {
  const client = createClient({ url: 'http://127.0.0.1:1' });
  const html = renderToString(
    <RollcallProvider client={client} user={{ id: 'jane' }} token="token">
      <Suspense fallback={<p>soon</p>}>
        <Waits />
      </Suspense>
    </RollcallProvider>,
  );
  expect(html).toContain('<p>soon</p>');
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(fetched).not.toHaveBeenCalled();
});

it('a hook without a provider says so', () => {
  expect(() => renderToString(<Everything />)).toThrow('there is no RollcallProvider above this component');
});
