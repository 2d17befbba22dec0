import { Button } from '@mantine/core';
import { createServerClient, type RollcallError } from '@rollcall/client/server';
import { type FormEvent, useState } from 'react';
import { PasswordInput } from '../theme/text-field.js';
import { session } from './session.js';
import classes from './sign-in-page.module.css';
import { SecretProblem, signServerToken } from './sign-server-token.js';
import { tokenClaims } from './token-claims.js';

/** Asks for a server token or the secret, tries it, and begins the session. */
export function SignInPage({ notice }: { notice?: string }) {
  const [problem, setProblem] = useState<string>();
  const [trying, setTrying] = useState(false);

  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget).get('key') ?? '').trim();
    if (given === '') return setProblem('Paste a server token or the secret.');
    setTrying(true);
    setProblem(undefined);
    try {
      const token = await serverToken(given);
      await tryToken(token);
      session.beginInput();
      session.begin(token);
    } catch (error) {
      setProblem(sentenceOf(error));
      setTrying(false);
    }
  }

  return (
    <main className={classes.page}>
      <form className={classes.form} onSubmit={signIn}>
        <h1 className={classes.title}>Sign in to Rollcall</h1>
        {notice !== undefined && (
          <p className={classes.notice} role="status">
            {notice}
          </p>
        )}
        <PasswordInput
          name="key"
          label="Server token or secret"
          description="Make a token on the server with: rollcall token --server"
          autoComplete="off"
          data-autofocus
          autoFocus
          error={problem}
          visibilityToggleButtonProps={{ 'aria-label': 'Show what you typed', tabIndex: 0 }}
        />
        <Button type="submit" size="sm" disabled={trying}>
          {trying ? 'Signing in…' : 'Sign in'}
        </Button>
        <p className={classes.small}>
          The token stays in this tab and is gone when you close it. A secret is turned into a token of eight
          hours in your browser. It is not sent and not kept.
        </p>
      </form>
    </main>
  );
}

async function serverToken(pasted: string): Promise<string> {
  // Out of a header, or with the quotation marks of a file of settings.
  const given = pasted.replace(/^(?:authorization:\s*)?bearer\s+/i, '').replace(/^(["'`])(.*)\1$/, '$2');
  const claims = tokenClaims(given);
  if (claims === undefined) return signServerToken(pasted);
  if (claims.server !== true) {
    throw new SecretProblem('This token is of a user. The console needs a server token.');
  }
  return given;
}

/** Asks the server something that only a server token may ask. */
async function tryToken(token: string): Promise<void> {
  const client = createServerClient({ url: location.origin, token });
  await client.getAppSettings();
}

function sentenceOf(error: unknown): string {
  if (error instanceof SecretProblem) return error.message;
  const { code, message } = error as RollcallError;
  if (code === 'TOKEN_INVALID')
    return 'The server does not know this token or secret. Is it of another server?';
  if (code === 'TOKEN_EXPIRED') return 'This token has expired. Make a new one.';
  if (code === 'TOKEN_REVOKED') return 'This token has been revoked. Make a new one.';
  if (code === 'UNAVAILABLE') return 'The server did not answer. Is it running? Try again.';
  return message;
}
