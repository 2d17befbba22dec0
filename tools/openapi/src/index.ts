import { makeDocument } from './make-document.js';
import { readRouter } from './raw-document.js';
import { toOpenApi30 } from './to-openapi-3-0.js';

/** The documents of the HTTP API as text, by the names of their files in `docs`. */
export async function makeDocuments(): Promise<Record<'openapi.json' | 'openapi-3.0.json', string>> {
  const document = makeDocument(await readRouter());
  return { 'openapi.json': textOf(document), 'openapi-3.0.json': textOf(toOpenApi30(document)) };
}

function textOf(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
