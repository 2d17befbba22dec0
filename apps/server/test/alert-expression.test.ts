import { expect, it } from 'vitest';
import { evaluate, samplesOf } from './alert-expression.js';

const scrapes = [
  {
    at: 100,
    samples: samplesOf(
      'calls_total{outcome="ok"} 10\ncalls_total{outcome="bad"} 1\nt_bucket{le="1"} 0\nt_bucket{le="2"} 0\nt_bucket{le="+Inf"} 0\n',
    ),
  },
  {
    at: 110,
    samples: samplesOf(
      '# HELP calls_total Calls.\ncalls_total{outcome="ok"} 30\ncalls_total{outcome="bad"} 1\ncalls_total{outcome="new"} 5\nfree 1\nall 20\nt_bucket{le="1"} 5\nt_bucket{le="2"} 10\nt_bucket{le="+Inf"} 10\n',
    ),
  },
];

it.each([
  ['free', [1]],
  ['free == 0', []],
  ['free / all < 0.1', [0.05]],
  ['free / all > 0.1', []],
  ['all + 2 * 3', [26]],
  ['(all + 2) * 3 >= 66', [66]],
  ['calls_total{outcome="ok"}', [30]],
  ['calls_total > 2', [30, 5]],
  ['rate(calls_total{outcome="ok"}[5m])', [2]],
  ['increase(calls_total[5m])', [20, 0]],
  ['sum(increase(calls_total[5m])) > 19', [20]],
  ['sum by (outcome) (increase(calls_total{outcome="ok"}[5m]))', [20]],
  ['histogram_quantile(0.5, sum by (le) (rate(t_bucket[5m])))', [1]],
  ['histogram_quantile(0.75, sum by (le) (rate(t_bucket[5m]))) > 1', [1.5]],
  ['absent', []],
])('gives what Prometheus gives: %s', (expression, values) => {
  expect(evaluate(expression, scrapes).map(({ value }) => value)).toEqual(values);
});

it.each(['avg(free)', 'free >', 'rate(calls_total)', 'free free', 'free > all', 'free{a!="b"}'])(
  'throws for what it does not know: %s',
  expression => {
    expect(() => evaluate(expression, scrapes)).toThrow();
  },
);
