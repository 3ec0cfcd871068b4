// All benches, in the order in which they run. A new one is a folder beside these and a line here.
import { codecBench } from './codec/bench.js';
import { contentionBench } from './contention/bench.js';
import { cycleBench } from './cycle/bench.js';
import { durabilityBench } from './durability/bench.js';
import { engineRedisBench } from './engine-redis/bench.js';
import type { Bench } from './frame/bench.js';
import { numbersBench } from './numbers/bench.js';
import { scaleBench } from './scale/bench.js';
import { headlineBench, throughputBench } from './throughput/bench.js';

export const benches: readonly Bench[] = [
  headlineBench,
  throughputBench,
  durabilityBench,
  cycleBench,
  contentionBench,
  scaleBench,
  codecBench,
  engineRedisBench,
  numbersBench,
];
