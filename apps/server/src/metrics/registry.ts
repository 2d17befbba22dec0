import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  BUCKETS,
  type LabelsOf,
  METRICS,
  type Metric,
  type MetricName,
  type NameOf,
  OTHER,
} from './metrics-table.js';

/** The values of labels. */
type Labels = Record<string, string>;

/** Metrics without labels that are observed very often have an own way. */
type Kinds = { counter: Counter; gauge: Gauge; histogram: Histogram };

/**
 * The metrics of one process, as the table has them. This is the only file that knows `prom-client`. A value of a label that
 * the table does not list counts as `other`, so nobody can make series up. No method throws.
 */
export class MetricsRegistry {
  readonly #registry = new Registry();
  readonly #metrics = new Map<MetricName, Counter | Gauge | Histogram>();
  readonly #known = new Map<MetricName, Map<string, ReadonlySet<string>>>();

  constructor() {
    for (const [name, metric] of Object.entries(METRICS) as [MetricName, Metric][]) {
      const labelNames = Object.keys(metric.labels);
      const options = { name, help: metric.help, labelNames, registers: [this.#registry] };
      this.#known.set(
        name,
        new Map(Object.entries(metric.labels).map(([label, values]) => [label, new Set(values)])),
      );
      const made =
        metric.kind === 'counter'
          ? new Counter(options)
          : metric.kind === 'gauge'
            ? new Gauge(options)
            : new Histogram({ ...options, buckets: [...BUCKETS] });
      this.#metrics.set(name, made);
      if (!metric.sparse) for (const labels of combinations(metric.labels)) begin(made, labels);
    }
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, in the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  count<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    this.#of('counter', name).inc(this.#closed(name, labels), by);
  }

  set<Name extends NameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    this.#of('gauge', name).set(this.#closed(name, labels), value);
  }

  /** Counts a time in a histogram. @param ms milliseconds; the histogram has seconds. */
  observe<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, ms: number): void {
    this.#of('histogram', name).observe(this.#closed(name, labels), Math.max(0, ms) / 1000);
  }

  #of<Kind extends keyof Kinds>(_kind: Kind, name: MetricName): Kinds[Kind] {
    return this.#metrics.get(name) as Kinds[Kind];
  }

  #closed(name: MetricName, labels: Labels): Labels {
    const closed: Labels = {};
    for (const [label, known] of this.#known.get(name) ?? []) {
      const value = labels[label] ?? OTHER;
      closed[label] = known.has(value) ? value : OTHER;
    }
    return closed;
  }
}

/** Makes a series that is 0 until something happens: from a series that is not there, nobody can tell a rate. */
function begin(metric: Counter | Gauge | Histogram, labels: Labels): void {
  if (metric instanceof Histogram) metric.zero(labels);
  else metric.inc(labels, 0);
}

/** Every combination of the values of labels. */
function combinations(labels: Metric['labels']): Labels[] {
  return Object.entries(labels).reduce<Labels[]>(
    (all, [label, values]) => all.flatMap(one => values.map(value => ({ ...one, [label]: value }))),
    [{}],
  );
}
