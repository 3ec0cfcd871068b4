// Servers whose engine is a real Cluster of three masters and three replicas.
import { RedisCluster } from './support/redis-cluster.js';
import { testOverTheWire } from './support/wire-suite.js';

testOverTheWire(() => RedisCluster.start());
