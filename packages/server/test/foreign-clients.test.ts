import { createEmbeddedEngine } from '@msession/engine';
import { testForeignClients } from './support/foreign-clients.js';

testForeignClients(() => createEmbeddedEngine());
