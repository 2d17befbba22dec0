/** The whole page, as the server renders it and as the browser takes it over: both from the same data. */
import type { Client } from '@rollcall/client';
import { RollcallProvider } from '@rollcall/react';
import { ConnectionLine } from './connection-line.js';
import { Document } from './document.js';
import { FIRST_ID, type First, inScript } from './first.js';
import { MyName } from './my-name.js';
import { People } from './people.js';

export function Page({ client, first }: { client: Client; first: First }) {
  return (
    <Document>
      <RollcallProvider client={client} user={{ id: first.me.id }} token={fetchToken}>
        <ConnectionLine />
        <MyName first={first.me} />
        <People first={first.users} />
      </RollcallProvider>
      {/* Data, which no browser runs. */}
      <script
        id={FIRST_ID}
        type="application/json"
        // biome-ignore lint/security/noDangerouslySetInnerHtml: it is JSON without `<`.
        dangerouslySetInnerHTML={{ __html: inScript(first) }}
      />
    </Document>
  );
}

/** In the browser, when it connects, and whenever the last token has expired. */
async function fetchToken(): Promise<string> {
  const answer = await fetch('/rollcall-token', { method: 'POST' });
  if (!answer.ok) throw new Error(`the server gives no token: ${answer.status}`);
  return answer.text();
}
