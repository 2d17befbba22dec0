import { Document } from './document.js';

/** The page of somebody who has not signed in. It is HTML alone. */
export function SignInPage() {
  return (
    <Document>
      <form method="post" action="/sign-in">
        <label>
          Your name
          <input name="name" required maxLength={255} autoComplete="nickname" />
        </label>
        <button type="submit">Come in</button>
      </form>
    </Document>
  );
}
