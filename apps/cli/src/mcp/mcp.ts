import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { withClientUntilDone } from '../server-access.js';

/** `rollcall mcp`: gives an agent the directory, over the Model Context Protocol on standard input and output. */
export function addMcpCommand(program: Command, context: CommandContext): void {
  program
    .command('mcp')
    .description('give an agent the directory over the Model Context Protocol; it only reads by default')
    .option('--allow-writes', 'also tools that change users; what deletes asks for a confirmation first')
    .addHelpText(
      'after',
      '\nAn agent starts this by itself: it speaks the protocol on standard input and output.' +
        '\nGive it a token that ends and, unless it is to write, may only read: rollcall token --server --read-only\n' +
        examples('rollcall mcp', 'ROLLCALL_URL=https://users.example.com rollcall mcp --allow-writes'),
    )
    .action(async ({ allowWrites = false }: { allowWrites?: boolean }, command: Command) => {
      await withClientUntilDone(command, context, async (client, { url }) => {
        // The protocol, and zod with all schemas, take longer to load than the rest of the command.
        const { serveDirectory } = await import('./serve-directory.js');
        await serveDirectory({ client, url, allowWrites, version: program.version() ?? '' }, context);
      });
    });
}
