import { McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { ServerClient } from '@rollcall/client/server';
import type { CommandContext } from '../context.js';
import { errorLine, oneLine } from '../output/error-line.js';
import { withAddress } from '../server-access.js';
import { Confirmations } from './confirmations.js';
import { filterRules } from './filter-rules.js';
import { inputSchemaOf } from './input-schema.js';
import { instructions } from './instructions.js';
import { checkedInput, type Tool, type ToolCall } from './tool.js';
import { answerOf, errorAnswer } from './tool-answer.js';
import { TOOLS } from './tools/tools.js';

/** What an agent is given. */
interface Directory {
  client: ServerClient;
  /** The address of the server, for what is said when it does not answer. */
  url: string;
  /** Whether tools that change something are among the tools. */
  allowWrites: boolean;
  /** Of this command. */
  version: string;
}

/**
 * Serves one agent on standard input and output, until it closes them or an interrupt comes. Nothing but the protocol is
 * written to standard output.
 */
export async function serveDirectory(directory: Directory, context: CommandContext): Promise<void> {
  const { stdin, stdout, stderr, interrupted } = context;
  const say = (line: string) => stderr.write(`${line}\n`);
  const confirmations = new Confirmations();
  const pipe = new Pipe(stdin, stdout);
  const connection = serveStdio(() => serverOf(directory, { confirmations, say }), {
    transport: pipe,
    onerror: error => say(`note: what came from the agent was not understood: ${oneLine(error.message)}`),
  });
  say(`serving ${directory.url} to an agent, ${directory.allowWrites ? 'writes allowed' : 'read only'}`);
  const close = () => connection.close();
  interrupted.addEventListener('abort', close);
  if (interrupted.aborted) await close();
  await pipe.closed;
  await close();
  interrupted.removeEventListener('abort', close);
}

/** Standard input and output. It is closed by whichever ends first: the input, the output, or this command. */
class Pipe extends StdioServerTransport {
  #close: () => void = () => undefined;
  readonly closed = new Promise<void>(resolve => {
    this.#close = resolve;
  });

  override async close(): Promise<void> {
    await super.close();
    this.#close();
  }
}

/** The server of one connection, with its tools and its resource. */
function serverOf(
  { client, url, allowWrites, version }: Directory,
  { confirmations, say }: { confirmations: Confirmations; say(line: string): void },
): McpServer {
  const server = new McpServer(
    { name: 'rollcall', title: 'Rollcall', version },
    { instructions: instructions(allowWrites) },
  );
  for (const one of TOOLS.filter(({ writes }) => allowWrites || !writes)) {
    const { name, title, description } = one;
    const config = { title, description, inputSchema: inputSchemaOf(one), annotations: annotationsOf(one) };
    server.registerTool(name, config, async (given, { mcpReq }) => {
      const { signal, _meta, notify } = mcpReq;
      const progressToken = _meta?.progressToken;
      const report: ToolCall['report'] = ({ done, total }) => {
        if (progressToken === undefined) return;
        const params = { progressToken, progress: done, total };
        notify({ method: 'notifications/progress', params }).catch(() => undefined);
      };
      try {
        return answerOf(await one.run(checkedInput(one, given), { client, signal, confirmations, report }));
      } catch (error) {
        const shown = withAddress(error, url);
        say(`${name}: ${errorLine(shown)}`);
        return errorAnswer(shown);
      }
    });
  }
  const resource = {
    title: 'Filters of users',
    description: 'How to write a filter.',
    mimeType: 'text/markdown',
  };
  server.registerResource('filters', 'rollcall://filters', resource, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'text/markdown', text: filterRules() }],
  }));
  return server;
}

/** What an agent's program may ask its person about. */
function annotationsOf({ writes }: Tool) {
  if (!writes) return { readOnlyHint: true };
  return { readOnlyHint: false, destructiveHint: writes.destructive, idempotentHint: writes.idempotent };
}
