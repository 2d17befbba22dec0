import type { DirectoryInstruments } from '@rollcall/core';
import type { RouterInstruments } from '@rollcall/router';
import { directoryMeter, routerMeter } from './meters.js';
import type { MetricsRegistry } from './registry.js';
import { loadedTracer, tracedBy } from './spans.js';

/** What watches a server: its metrics, if they are asked for, and the tracer of an SDK, if one was loaded. */
export interface Instruments {
  /** Absent: nobody does, and nothing is timed. */
  directory?: DirectoryInstruments;
  router?: RouterInstruments;
}

/** Puts together what watches a server. */
export function instrumentsOf(registry: MetricsRegistry | undefined): Instruments {
  const tracer = loadedTracer();
  if (!registry && !tracer) return {};
  const trace = tracer && tracedBy(tracer);
  return {
    directory: { meter: registry && directoryMeter(registry), trace },
    router: { meter: registry && routerMeter(registry), trace },
  };
}
