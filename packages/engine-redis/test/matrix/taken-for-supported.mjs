// Loaded in front of tests and daemons (node --import) by the matrix when it runs them on a Redis that the engine refuses as
// too old, to find out what it lacks in truth: the version that the server gives is read as 6.2.
import { Socket } from 'node:net';

const { emit } = Socket.prototype;
const own = Buffer.from('redis_version:6.0.');
const taken = Buffer.from('redis_version:6.2.');

Socket.prototype.emit = function (name, ...values) {
  const [chunk] = values;
  const at = name === 'data' && Buffer.isBuffer(chunk) ? chunk.indexOf(own) : -1;
  if (at >= 0) taken.copy(chunk, at);
  return emit.call(this, name, ...values);
};
