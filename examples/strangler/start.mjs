// The one command: starts the shop and says where it is. PORT chooses nginx's port (default 8000).
import { startShop } from './shop.mjs';

const shop = await startShop({ port: Number(process.env.PORT ?? 8000) });
console.log(`The shop is open at ${shop.url}/ (PHP), its cart at ${shop.url}/cart (Node); Ctrl-C closes it.`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => shop.close().then(() => process.exit(0)));
