import { RollcallProvider } from '@rollcall/react';
import { useState } from 'react';
import { client } from './client.js';
import { ComeIn } from './come-in.js';
import { ConnectionLine } from './connection-line.js';
import { MyProfile } from './my-profile.js';
import { People } from './people.js';
import { Toasts } from './toasts.js';

/** A visitor says a name, and is connected as a guest. */
export function App() {
  const [name, setName] = useState<string>();
  return (
    <main>
      <h1>Who is here</h1>
      {name === undefined ? (
        <ComeIn onName={setName} />
      ) : (
        // Who has signed in connects as a user: user={{ id }} token={fetchToken}
        <RollcallProvider client={client} guest={{ name }}>
          <ConnectionLine />
          <MyProfile />
          <People />
          <Toasts />
        </RollcallProvider>
      )}
    </main>
  );
}
