// The pages of a forum of 2002, ported from PHP 4 line by line: each `msession_*` call is the one that stood there,
// with the same arguments and the same answers; only `await` is new. Run it against a daemon that has its plugin:
//
//   npx msessiond --plugin examples/forum/personality.mjs
//   node examples/forum/forum.mjs [host [port]]
import {
  configureFacade,
  msession_call,
  msession_connect,
  msession_count,
  msession_create,
  msession_destroy,
  msession_disconnect,
  msession_find,
  msession_get,
  msession_get_array,
  msession_get_data,
  msession_inc,
  msession_lock,
  msession_plugin,
  msession_set,
  msession_set_array,
  msession_set_data,
  msession_timeout,
  msession_uniq,
  msession_unlock,
} from '@msession/facade';

const [host = '127.0.0.1', port = '8086'] = process.argv.slice(2);
const echo = (line) => console.log(line);

// PHP printed warnings into the page; so does this forum
configureFacade({ onWarning: ({ functionName, code }) => echo(`Warning:     ${functionName}(): ${code}`) });

// index.php: a counter for everybody, in the session that always exists
async function index() {
  const visits = await msession_inc('globals', 'forum-visits');
  echo(`index.php    Welcome! Visits so far: ${visits}`);
}

// login.php: one browser, one session, some variables
async function login(user, board) {
  const session = await msession_uniq(32, 'forum');
  await msession_set_array(session, { user, board, posts: 0 });
  const minutes = (await msession_timeout(session, 1800)) / 60;
  echo(`login.php    ${user} is logged in for ${minutes} minutes. ${await msession_call('motd', user)}`);
  return session;
}

// post.php: two windows of one browser must not write at once, so the page takes the lock
async function post(session, text) {
  const key = await msession_lock(session);
  if (!key) {
    echo('post.php     Your other window is posting; try again.');
    return;
  }
  const thread = (await msession_get_data(session)) ?? '';
  await msession_set_data(session, `${thread}${text}\n`);
  const posts = await msession_inc(session, 'posts');
  await msession_unlock(session, key);
  const user = await msession_get(session, 'user', 'nobody');
  echo(`post.php     ${user} wrote post ${posts} and is now: ${await msession_plugin(session, 'rank')}`);
}

// who.php: who reads the same board? Searched by the server, not by reading every session
async function who(board) {
  const sessions = (await msession_find('board', board)) ?? [];
  const users = [];
  for (const session of sessions) users.push(await msession_get(session, 'user', 'nobody'));
  echo(`who.php      On ${board}: ${users.length === 0 ? 'nobody' : users.sort().join(', ')}`);
}

// profile.php: everything about one session
async function profile(session) {
  const variables = await msession_get_array(session);
  const text = Object.entries(variables ?? {})
    .sort()
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
  echo(`profile.php  ${text}`);
  for (const line of ((await msession_get_data(session)) ?? '').trimEnd().split('\n')) echo(`profile.php  > ${line}`);
}

// logout.php
async function logout(session) {
  const user = await msession_get(session, 'user', 'nobody');
  await msession_destroy(session);
  echo(`logout.php   Good bye, ${user}. Sessions left: ${await msession_count()}`);
}

if (!(await msession_connect(host, port))) {
  echo(`No msession server at ${host}:${port}; start one with: npm start`);
  process.exit(1);
}

await index();
await index();
const ada = await login('ada', 'engines');
const bob = await login('bob', 'engines');
await who('engines');

await post(ada, 'The engine weaves patterns.');
await post(ada, 'Just as the loom weaves flowers.');

// somebody else holds bob's lock: his page gives up politely
const key = await msession_lock(bob);
await post(bob, 'Me first!');
await msession_unlock(bob, key);
await post(bob, 'Now me.');

await profile(ada);
await msession_set(bob, 'board', 'looms');
await who('engines');

// a session of a chosen name, for the whole forum; the second page that opens it is warned
await msession_create('forum-room', 'room', 'Welcome to the room.');
await msession_create('forum-room');
echo(`room.php     ${await msession_get_data('forum-room')}`);
await msession_destroy('forum-room');

await logout(ada);
await logout(bob);
await msession_disconnect();
