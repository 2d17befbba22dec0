import type { ReactNode } from 'react';

/** What every page has around it. */
export function Document({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Who is here</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/page.css" />
      </head>
      <body>
        <main>
          <h1>Who is here</h1>
          {children}
        </main>
      </body>
    </html>
  );
}
