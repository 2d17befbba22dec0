import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { SECRET } from './harness.js';

const COMMAND = fileURLToPath(new URL('../bin/rollcall.js', import.meta.url));

/** What a tool has answered: the JSON of its text, the text itself, and whether it is an error. */
interface Answered {
  json: Record<string, unknown>;
  text: string;
  isError: boolean;
}

/** An agent that has started the built command, as its program would. */
interface Agent extends AsyncDisposable {
  readonly client: Client;
  /** What the command has written to standard error. */
  log(): string;
  call(name: string, input?: Record<string, unknown>): Promise<Answered>;
}

/** Starts `rollcall mcp` for an agent. */
export async function startAgent(
  url: string,
  { args = [], env = { ROLLCALL_SECRET: SECRET } }: { args?: string[]; env?: Record<string, string> } = {},
): Promise<Agent> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [COMMAND, 'mcp', ...args],
    env: { PATH: process.env.PATH ?? '', ROLLCALL_URL: url, ...env },
    stderr: 'pipe',
  });
  let log = '';
  transport.stderr?.on('data', chunk => {
    log += chunk;
  });
  const client = new Client({ name: 'an-agent', version: '1.0.0' });
  await client.connect(transport);
  const call = async (name: string, input: Record<string, unknown> = {}) => {
    const { content, isError = false } = await client.callTool({ name, arguments: input });
    const [{ text } = { text: '' }] = content as { text: string }[];
    return { json: JSON.parse(text), text, isError };
  };
  return { client, log: () => log, call, [Symbol.asyncDispose]: () => client.close() };
}
