// Servers whose engine is one redis-server.
import { startSingleRedis } from './support/redis-single.js';
import { testOverTheWire } from './support/wire-suite.js';

testOverTheWire(() => startSingleRedis());
