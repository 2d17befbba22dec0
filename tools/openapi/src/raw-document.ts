import { fileURLToPath } from 'node:url';
import { generateOpenAPIDocument } from '@trpc/openapi';
import type { Schema, Schemas } from './schema.js';

const ROUTER = fileURLToPath(new URL('../../../packages/router/src/app-router.ts', import.meta.url));

/** A procedure, as its types and the comment above it describe it. */
export interface Procedure {
  description: string;
  /** Absent: it takes none. */
  input: Schema | undefined;
  answer: Schema;
}

/** All queries and mutations by name, and the schemas that they refer to. */
export interface RawDocument {
  procedures: Record<string, Procedure>;
  schemas: Schemas;
}

/** What tRPC's generator makes of the types of the router, as far as it is used here. */
interface Generated {
  paths: Record<string, Partial<Record<'get' | 'post', GeneratedOperation>>>;
  components: { schemas: Schemas };
}

interface Content {
  content: { 'application/json': { schema: Schema } };
}

interface GeneratedOperation {
  description?: string;
  parameters?: Content[];
  requestBody?: Content;
  responses: { 200: Content };
}

/** Reads the types of the router. It runs none of its code. It takes about five seconds. */
export async function readRouter(): Promise<RawDocument> {
  const generated = (await generateOpenAPIDocument(ROUTER, {
    exportName: 'AppRouter',
  })) as unknown as Generated;
  const procedures = Object.entries(generated.paths).map(([path, methods]): [string, Procedure] => {
    const operation = methods.get ?? methods.post;
    const name = path.slice(1);
    if (!operation) throw new Error(`the generator knows ${name} and says nothing of it`);
    const said = operation.requestBody ?? operation.parameters?.[0];
    const envelope = schemaOf(operation.responses[200]);
    return [
      name,
      {
        description: operation.description ?? '',
        input: said && schemaOf(said),
        answer: envelope.properties?.result?.properties?.data ?? {},
      },
    ];
  });
  return { procedures: Object.fromEntries(procedures), schemas: generated.components.schemas };
}

function schemaOf({ content }: Content): Schema {
  return content['application/json'].schema;
}
