import { createServerClient, type ServerClient } from '@rollcall/client/server';
import {
  type PostgresPair,
  type RestartablePostgres,
  startPostgresPair,
  startRestartablePostgres,
} from '@rollcall/testing';
import { startTcpBalancer, type TcpBalancer } from '../network/tcp-balancer.js';
import { startTcpProxy, type TcpProxy } from '../network/tcp-proxy.js';
import { SECRET, type ServerProcess, startServerProcess } from '../processes/server-process.js';

/** One server process, its network to PostgreSQL, or to the first of two, and a client that talks to it and no other. */
export interface ClusterNode {
  name: string;
  process: ServerProcess;
  network: TcpProxy;
  client: ServerClient;
}

/** Several server processes on one PostgreSQL, behind a load balancer. */
export interface Cluster<Postgres = RestartablePostgres> {
  postgres: Postgres;
  nodes: ClusterNode[];
  balancer: TcpBalancer;
  /** Ends everything, in whatever state it is; returns the exit codes of the processes. */
  close(): Promise<(number | null)[]>;
}

/** What a cluster is started with. */
interface ClusterOptions {
  names?: readonly string[];
  env?: Record<string, string>;
}

const NAMES = ['a', 'b', 'c'];

/** Starts a cluster, by default of three processes; resolves when all of them answer. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const postgres = await startRestartablePostgres();
  return startOn(postgres, options, {
    urls: [postgres.url],
    thaw: () => postgres.thaw(),
  });
}

/**
 * Starts a cluster on a primary with a standby. Each process knows both, and its network leads to the primary.
 * @param options.readsFromStandby whether the standby is a replica that serves reads; default false.
 */
export async function startClusterOnPair({
  synchronous,
  readsFromStandby = false,
  ...options
}: ClusterOptions & { synchronous: boolean; readsFromStandby?: boolean }): Promise<Cluster<PostgresPair>> {
  const postgres = await startPostgresPair({ synchronous });
  const replica: Record<string, string> = readsFromStandby
    ? { ROLLCALL_DATABASE_READ_URLS: postgres.standbyUrl }
    : {};
  const all = { ...options, env: { ...replica, ...options.env } };
  return startOn(postgres, all, {
    urls: [postgres.primaryUrl, postgres.standbyUrl],
    thaw: async () => undefined,
  });
}

async function startOn<Postgres extends { stop(): Promise<void> }>(
  postgres: Postgres,
  { names = NAMES, env = {} }: ClusterOptions,
  { urls, thaw }: { urls: readonly string[]; thaw: () => Promise<void> },
): Promise<Cluster<Postgres>> {
  const nodes = await Promise.all(names.map(name => startNode(name, urls, env)));
  const balancer = await startTcpBalancer(nodes.map(node => node.process.url));
  return {
    postgres,
    nodes,
    balancer,
    close: async () => {
      await thaw();
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
  [first = '', ...others]: readonly string[],
  env: Record<string, string>,
): Promise<ClusterNode> {
  const url = new URL(first);
  const network = await startTcpProxy(Number(url.port));
  url.port = String(network.port);
  const hosts = [url.href, ...others].map(one => new URL(one).host);
  const process = await startServerProcess({
    databaseUrl: url.href.replace(url.host, hosts.join(',')),
    // As by default: rolling restarts are among the faults.
    env: { ROLLCALL_DRAIN_MS: '2000', ...env },
  });
  return { name, process, network, client: createServerClient({ url: process.url, secret: SECRET }) };
}
