import { truncatedStores } from './damaged-store.js';
const [offsets, ...seeds] = process.argv.slice(2).map(Number);
for (const seed of seeds) {
  try { console.log(seed, JSON.stringify(await truncatedStores({ offsets: offsets as number, seed }))); }
  catch (e) { console.log(seed, (e as Error).message.slice(0, 1500)); }
}
