// The new half of the shop: the cart. It shares PHP's session, and each browser window has a selection of its own.
import { MsessionStore, multiSession, phpSerializer, phpSessionCookie, phpSessionId } from '@msession/express';
import express from 'express';
import session from 'express-session';

const name = 'PHPSESSID';

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const text = (value) => String(value).replace(/[&<>"']/g, (character) => escapes[character]);

function page(req, title, body) {
  const { user } = req.multiSession?.parent ?? req.session;
  const cart = req.multiSession?.url('/cart') ?? '/cart';
  const who = user === undefined ? 'Nobody is signed in' : `Signed in as <b id="user">${text(user)}</b>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${text(title)}</title>
<link rel="stylesheet" href="/shop.css">
<header><h1>${text(title)}</h1><p><i class="node">Node</i> ${who}</p></header><main>${body}</main>
<nav><a href="/">Home</a> <a href="${text(cart)}">Cart</a> <a href="/login.php">Sign in</a> <a id="logout" href="/logout.php">Sign out</a></nav></html>`;
}

const list = (id, items) => `<ul id="${id}">${items.map((item) => `<li>${text(item)}</li>`).join('')}</ul>`;

/** Makes the Express application. `secret` signs nothing that leaves this process: PHP's cookie is plain. */
export function createShop({ client, secret }) {
  const store = new MsessionStore({
    client,
    prefix: '', // PHP's ids have none
    ttl: 'server', // PHP says how long a session lives
    serializer: phpSerializer(),
    index: ['user'],
    resolve: { cart: 'append' }, // two windows that add at once
  });
  const app = express();
  app.disable('x-powered-by');
  app.use(store.scope({ mode: 'lock' })); // PHP locks, so we do
  app.use(phpSessionCookie({ name, secret }));
  app.use(session({ store, name, secret, genid: phpSessionId, resave: false, saveUninitialized: false }));
  app.use(express.urlencoded({ extended: false }));

  app.post('/count', (req, res) => {
    req.session.counter = Number(req.session.counter ?? 0) + 1;
    res.json({ counter: req.session.counter, by: 'Node' });
  });

  app.get('/sessions', async (req, res) => {
    const { user } = req.session;
    res.json({ user: user ?? null, sessions: user === undefined ? 0 : (await store.find('user', user)).length });
  });

  app.post('/end-other-sessions', async (req, res) => {
    const { user } = req.session;
    const ended = user === undefined ? 0 : await store.destroyWhere('user', user, { except: req.sessionID });
    res.json({ ended });
  });

  app.use('/cart', multiSession({ store, expire: 3600 }));

  app.get('/cart', (req, res) => {
    const { parent } = req.multiSession;
    const { items = [], wrapped = false } = req.session; // of this window
    res.send(
      page(
        req,
        'The cart',
        `<section><h2>Chosen in this window</h2>${list('window', items)}
<form method="post" action="/cart/add">${req.multiSession.formField()}
<label>Add <input name="item" maxlength="40" required autofocus></label> <button>Add</button></form></section>
<section><h2>In the cart, from all windows</h2>${list('all', parent.cart ?? [])}</section>
<p id="wrapped">${wrapped ? 'To be wrapped as a present.' : ''}</p>
<p><a id="selection" href="${text(req.multiSession.url('/selection.php'))}">This window, seen by PHP</a>,
<a id="clone" href="${text(req.multiSession.url('/cart/clone'))}" target="_blank">go on in a new window</a></p>`,
      ),
    );
  });

  app.post('/cart/add', (req, res) => {
    const { parent } = req.multiSession;
    const item = String(req.body?.item ?? '')
      .trim()
      .slice(0, 40);
    if (item !== '') {
      req.session.items = [...(req.session.items ?? []), item];
      parent.cart = [...(parent.cart ?? []), item];
    }
    res.redirect(303, '/cart'); // the redirect carries the window's id
  });

  app.get('/cart/clone', async (req, res) => {
    await req.multiSession.session({ clone: true });
    res.redirect(303, '/cart');
  });

  return app;
}
