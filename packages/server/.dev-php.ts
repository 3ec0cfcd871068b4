import { createModelEngine, modelLimits } from '/work/main/packages/engine/src/model/index.js';
import { systemClock } from '/work/main/packages/engine/src/system-clock.js';
import { createServer } from '/work/main/packages/server/src/create-server.js';

const engine = createModelEngine({ clock: systemClock, limits: { ...modelLimits } } as never);
await engine.start();
const server = createServer({
  engine,
  port: Number(process.argv[2] ?? 0),
  ...(process.argv[3] ? { password: process.argv[3] } : {}),
});
const a = await server.listen();
console.log('ready tcp=' + JSON.stringify(a));
