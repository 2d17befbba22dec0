import { createServerClient, type ServerClient } from '@rollcall/client/server';
import type { RestartablePostgres } from '@rollcall/testing';
import { EventCollector } from '../listeners/event-collector.js';
import { SECRET } from '../processes/server-process.js';
import { type Cluster, startCluster } from './cluster.js';
import { faultsIn, problemsOf } from './cluster-check.js';
import { ClusterLoad } from './cluster-load.js';

const LISTENERS = ['first listener', 'second listener', 'third listener'];

/** What is asked of PostgreSQL. */
type Queried = Pick<RestartablePostgres, 'query'>;

/** A cluster of three processes with a listener at each of them, as long as nothing happens: they come by the balancer. */
export interface ClusterStage<Postgres extends Queried = RestartablePostgres> {
  cluster: Cluster<Postgres>;
  /** A load that has not begun; the name is like that of no other. */
  load(name: string): ClusterLoad;
  /** What is wrong after a load has ended: see `problemsOf`. */
  problems(load: ClusterLoad): Promise<string[]>;
  /** Ends everything; returns the exit codes of the processes and the faults that they logged. */
  close(): Promise<{ codes: (number | null)[]; faults: string[] }>;
}

/** Starts a cluster that is listened to from the beginning. */
export async function startClusterStage(
  random: () => number,
  env: Record<string, string> = {},
): Promise<ClusterStage> {
  return listenTo(await startCluster({ env }), random);
}

/** Listens to a cluster that has just been started. */
export async function listenTo<Postgres extends Queried>(
  cluster: Cluster<Postgres>,
  random: () => number,
): Promise<ClusterStage<Postgres>> {
  const clients: ServerClient[] = [];
  const client = () => {
    const made = createServerClient({ url: cluster.balancer.url, secret: SECRET });
    clients.push(made);
    return made;
  };
  const watcher = client();
  const start = (await watcher.queryUsers({}, [], { limit: 1 })).position;
  const listeners = Object.fromEntries(
    LISTENERS.map(name => [name, new EventCollector(client(), { lastEventId: start })]),
  );
  return {
    cluster,
    load: name => new ClusterLoad(cluster.nodes, { name, random, watcher }),
    problems: load => problemsOf(cluster, load, { listeners, start }),
    close: async () => {
      for (const listener of Object.values(listeners)) await listener.stop();
      for (const made of clients) await made.disconnect();
      const faults = cluster.nodes.flatMap(node => faultsIn(node.process.output()));
      return { codes: await cluster.close(), faults };
    },
  };
}
