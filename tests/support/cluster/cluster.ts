import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { type RestartablePostgres, startRestartablePostgres } from '@rollcall/testing';
import { startTcpBalancer, type TcpBalancer } from '../network/tcp-balancer.js';
import { startTcpProxy, type TcpProxy } from '../network/tcp-proxy.js';
import { SECRET, type ServerProcess, startServerProcess } from '../processes/server-process.js';

/** One server process, its network to PostgreSQL, and a client that talks to it and no other. */
export interface ClusterNode {
  name: string;
  process: ServerProcess;
  network: TcpProxy;
  client: ServerClient;
}

/** Several server processes on one PostgreSQL, behind a load balancer. */
export interface Cluster {
  postgres: RestartablePostgres;
  nodes: ClusterNode[];
  balancer: TcpBalancer;
  /** Ends everything, in whatever state it is; returns the exit codes of the processes. */
  close(): Promise<(number | null)[]>;
}

/** Starts a cluster, by default of three processes; resolves when all of them answer. */
export async function startCluster({
  names = ['a', 'b', 'c'],
  env = {},
}: {
  names?: readonly string[];
  env?: Record<string, string>;
} = {}): Promise<Cluster> {
  const postgres = await startRestartablePostgres();
  const nodes = await Promise.all(names.map(name => startNode(name, postgres.url, env)));
  const balancer = await startTcpBalancer(nodes.map(node => node.process.url));
  return {
    postgres,
    nodes,
    balancer,
    close: async () => {
      await postgres.thaw();
      for (const { client, network, process } of nodes) {
        network.set('pass');
        process.kill('SIGCONT');
        await client.disconnect();
      }
      const codes = await Promise.all(nodes.map(({ process }) => process.stop()));
      await balancer.close();
      for (const { network } of nodes) await network.close();
      await postgres.stop();
      return codes;
    },
  };
}

async function startNode(
  name: string,
  databaseUrl: string,
  env: Record<string, string>,
): Promise<ClusterNode> {
  const url = new URL(databaseUrl);
  const network = await startTcpProxy(Number(url.port));
  url.port = String(network.port);
  const process = await startServerProcess({
    databaseUrl: url.href,
    // As by default: rolling restarts are among the faults.
    env: { ROLLCALL_DRAIN_MS: '2000', ...env },
  });
  return { name, process, network, client: createServerClient({ url: process.url, secret: SECRET }) };
}
