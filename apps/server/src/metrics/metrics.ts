import type { Directory, StoredState } from '@rollcall/core';
import { hubOf, type Outlets } from '@rollcall/router';
import type { Config } from '../config/config.js';
import { EventLoopWatch } from './event-loop.js';
import { KeptState, type KnownState } from './kept-state.js';
import { MetricsRegistry } from './registry.js';

/** What costs statements is read at most this often. */
const STORED_STATE_KEPT_MS = 15_000;

/** How long the storage may hold up a scrape. */
const STORED_STATE_WAIT_MS = 1000;

const NONE = {};

/** What of a server is looked at when somebody asks for its metrics. */
interface Watched {
  config: Pick<Config, 'maxUnreadBytes'>;
  directory: Pick<Directory, 'state' | 'storedState' | 'events'>;
  connections: { readonly size: number };
  outlets: Pick<Outlets, 'unreadBytes'>;
}

/** The metrics of a server: what happened is counted as it happens, and what is so now is looked at when it is asked for. */
export class Metrics {
  readonly registry = new MetricsRegistry();
  readonly #keptMs: number;
  #watched: { host: Watched; stored: KeptState<StoredState>; loop: EventLoopWatch } | undefined;
  #busyMs = 0;
  #cpuMs = 0;

  /** @param keptMs how long what costs statements is kept; default 15 seconds. */
  constructor(keptMs = STORED_STATE_KEPT_MS) {
    this.#keptMs = keptMs;
  }

  /** Says which server it is. */
  watch(host: Watched): void {
    const stored = new KeptState(() => host.directory.storedState(), {
      keptMs: this.#keptMs,
      mostWaitMs: STORED_STATE_WAIT_MS,
    });
    this.#watched = { host, stored, loop: new EventLoopWatch() };
  }

  /** Everything, in the text format of Prometheus. */
  async text(): Promise<string> {
    if (this.#watched) {
      const { host, stored, loop } = this.#watched;
      this.#setStored(await stored.get());
      this.#setDirectory(host);
      this.#setLive(host);
      this.#setLoop(loop);
    }
    this.#setProcess();
    return this.registry.text();
  }

  stop(): void {
    this.#watched?.loop.stop();
  }

  #setStored({ state, ageMs }: KnownState<StoredState>): void {
    const { registry } = this;
    registry.set('rollcall_storage_read_age_seconds', NONE, ageMs / 1000);
    if (!state) return;
    registry.set('rollcall_log_position', NONE, state.logPosition);
    for (const inState of ['pending', 'running'] as const) {
      registry.set('rollcall_tasks', { state: inState }, state.tasks[inState].count);
      registry.set('rollcall_oldest_task_seconds', { state: inState }, state.tasks[inState].oldestMs / 1000);
    }
    registry.set('rollcall_tasks_overdue', NONE, state.overdueTasks);
    for (const inState of ['active', 'failing', 'stopped', 'disabled'] as const) {
      registry.set('rollcall_webhooks', { state: inState }, state.webhooks.endpoints[inState]);
    }
    registry.set('rollcall_webhook_deliveries_waiting', NONE, state.webhooks.waiting);
    registry.set('rollcall_webhook_lag_seconds', NONE, state.webhooks.lagMs / 1000);
    for (const life of ['alive', 'dead'] as const) {
      registry.set('rollcall_processes', { state: life }, state.processes[life]);
    }
    registry.set('rollcall_disk_free_bytes', NONE, state.disk?.free ?? 0);
    registry.set('rollcall_disk_bytes', NONE, state.disk?.total ?? 0);
  }

  #setDirectory({ directory }: Watched): void {
    const { registry } = this;
    const { waitingWrites, writable, lanes, pool, replicas, heldTasks, presence } = directory.state();
    registry.set('rollcall_writes_waiting', NONE, waitingWrites);
    registry.set('rollcall_writable', NONE, writable ? 1 : 0);
    for (const lane of ['lookup', 'query'] as const) {
      registry.set('rollcall_readers', { lane }, lanes[lane]?.readers ?? 0);
      registry.set('rollcall_readers_busy', { lane }, lanes[lane]?.busy ?? 0);
      registry.set('rollcall_reads_waiting', { lane }, lanes[lane]?.waiting ?? 0);
    }
    registry.set('rollcall_database_connections', { state: 'busy' }, pool?.busy ?? 0);
    registry.set('rollcall_database_connections', { state: 'idle' }, pool?.idle ?? 0);
    registry.set('rollcall_database_connections_waiting', NONE, pool?.waiting ?? 0);
    registry.set('rollcall_replicas', { state: 'serving' }, replicas?.serving ?? 0);
    registry.set('rollcall_replicas', { state: 'away' }, replicas?.away ?? 0);
    registry.set('rollcall_tasks_held', NONE, heldTasks);
    registry.set('rollcall_presence_lease', NONE, presence.hasLease ? 1 : 0);
    registry.set('rollcall_users_connected', NONE, presence.connected);
    registry.set('rollcall_presence_unwritten', NONE, presence.unwritten);
  }

  #setLive({ directory, connections, outlets, config }: Watched): void {
    const { registry } = this;
    const { following, catchingUp } = hubOf(directory.events).listeners;
    registry.set('rollcall_listeners', { state: 'following' }, following);
    registry.set('rollcall_listeners', { state: 'catching_up' }, catchingUp);
    registry.set('rollcall_connections', NONE, connections.size);
    registry.set('rollcall_unread_bytes', NONE, outlets.unreadBytes);
    registry.set('rollcall_unread_bytes_limit', NONE, config.maxUnreadBytes);
  }

  #setLoop({ delay: { p50, p99, max }, busyMs }: EventLoopWatch): void {
    const { registry } = this;
    registry.set('rollcall_event_loop_delay_seconds', { rank: 'p50' }, p50 / 1000);
    registry.set('rollcall_event_loop_delay_seconds', { rank: 'p99' }, p99 / 1000);
    registry.set('rollcall_event_loop_delay_seconds', { rank: 'max' }, max / 1000);
    registry.count('rollcall_event_loop_busy_seconds_total', NONE, (busyMs - this.#busyMs) / 1000);
    this.#busyMs = busyMs;
  }

  #setProcess(): void {
    const { registry } = this;
    const { user, system } = process.cpuUsage();
    const cpuMs = (user + system) / 1000;
    registry.count('rollcall_process_cpu_seconds_total', NONE, (cpuMs - this.#cpuMs) / 1000);
    this.#cpuMs = cpuMs;
    const { rss, heapUsed } = process.memoryUsage();
    registry.set('rollcall_process_resident_bytes', NONE, rss);
    registry.set('rollcall_process_heap_bytes', NONE, heapUsed);
    registry.set('rollcall_process_start_seconds', NONE, Math.round(performance.timeOrigin / 1000));
  }
}
