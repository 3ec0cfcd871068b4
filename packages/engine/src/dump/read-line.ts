// From the lines of a dump to what they say, every field checked.
import { globalsId, idFault, maxTextBytes, nameFault, subIdFault } from '@msession/protocol';
import { DumpFault } from './dump-fault.js';
import { dumpFormat, dumpName } from './dump-form.js';
import { FieldReader } from './field-reader.js';
import type {
  StreamedFamily,
  StreamedLock,
  StreamedMember,
  StreamedSession,
  StreamedSub,
  StreamHeader,
} from './session-stream.js';

const mostTimeoutSeconds = 0xffffffff;
/** What a number of keys can be: below 2^53. */
const mostKey = Number.MAX_SAFE_INTEGER;
/** Ten thousand years: no span is longer, and none can come out of exact numbers. */
const mostMs = 3.2e14;
const mostSubs = 0xfffe;
const mostClassBytes = 0xffff;

/** @throws DumpFault where it is no JSON */
export function parseLine(line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DumpFault(`line ${line}: it is no JSON; the dump is cut off there, or damaged`);
  }
}

export function readHeader(text: string): StreamHeader {
  const fields = new FieldReader(1, '', parseLine(1, text));
  if (fields.take('dump') !== dumpName)
    throw fields.fault('dump', `is not "${dumpName}": this is no dump of msession, or its first line is missing`);
  const format = fields.integer('format', 1);
  if (format > dumpFormat)
    throw fields.fault(
      'format',
      `is ${format}, of a later version of msession; this one knows ${dumpFormat}: restore it with that version`,
    );
  const header = {
    atMs: fields.integer('atMs', 0, mostMs),
    keyCeiling: fields.integer('keyCeiling', 0, mostKey),
    searched: fields
      .items('searched')
      .map(([name, value]) => checked(fields, name, fields.toBytes(name, value), nameFault)),
  };
  const hashKey = fields.take('hashKey');
  fields.end();
  if (hashKey === undefined) return header;
  if (typeof hashKey !== 'string' || !/^[0-9a-f]{16}$/.test(hashKey))
    throw fields.fault('hashKey', 'is not 16 hexadecimal digits');
  return { ...header, hashKey: Buffer.from(hashKey, 'hex') };
}

/** How many lines stood before the last line, where this is it. */
export function readEnd(line: number, value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('end' in value)) return undefined;
  const fields = new FieldReader(line, '', value);
  if (fields.take('end') !== dumpName) throw fields.fault('end', `is not "${dumpName}"`);
  const lines = fields.integer('lines', 0);
  fields.end();
  return lines;
}

export function readFamily(line: number, value: unknown, { keyCeiling }: StreamHeader): StreamedFamily {
  const fields = new FieldReader(line, '', value);
  const id = checked(fields, 'id', fields.bytes('id'), idFault);
  if (id.includes('/'))
    throw fields.fault('id', 'is that of a sub-session; those stand in field subs of their session');
  const member = readMember(fields, keyCeiling);
  const taken = new Set<string>();
  const subs = fields.items('subs').map(([name, item]): StreamedSub => {
    const sub = fields.within(name, item);
    const subName = checked(sub, 'sub', sub.bytes('sub'), subIdFault);
    if (id.length + 1 + subName.length > 255) throw sub.fault('sub', 'makes an id of more than 255 bytes');
    if (taken.has(subName.toString('latin1'))) throw sub.fault('sub', 'stands there twice');
    taken.add(subName.toString('latin1'));
    const read = readMember(sub, keyCeiling);
    sub.end();
    return { name: subName, ...read };
  });
  if (subs.length > mostSubs) throw fields.fault('subs', `has ${subs.length} items; ${mostSubs} can be kept`);
  if (subs.length > 0 && member.session === undefined)
    throw fields.fault('subs', 'belongs to no session: the id is only reserved');
  if (id.equals(globals) && (member.session === undefined || member.session.timeoutSeconds !== 0))
    throw fields.fault('timeout', `of ${globalsId} must be 0: it never ends`);
  fields.end();
  return { id, ...member, subs, line };
}

const globals = Buffer.from(globalsId);

function readMember(fields: FieldReader, keyCeiling: number): StreamedMember {
  const isReserved = fields.mark('reserved');
  if (isReserved && !fields.has('lock')) throw fields.fault('lock', 'is missing: an id can only be reserved by a lock');
  const session = isReserved ? undefined : readSession(fields, keyCeiling);
  const lock = fields.has('lock') ? readLock(fields.within('lock', fields.take('lock')), keyCeiling) : undefined;
  return { session, lock };
}

function readSession(fields: FieldReader, keyCeiling: number): StreamedSession {
  const timeoutSeconds = fields.integer('timeout', 0, mostTimeoutSeconds);
  if (timeoutSeconds === 0 && fields.has('leftMs'))
    throw fields.fault('leftMs', 'stands beside a timeout of 0, which means that it never ends');
  const hasData = fields.has('data');
  if (hasData !== fields.has('rev'))
    throw fields.fault(hasData ? 'rev' : 'data', 'is missing: data and rev go together');
  const className = fields.has('class') ? fields.bytes('class') : Buffer.alloc(0);
  if (className.length > mostClassBytes)
    throw fields.fault('class', `has ${className.length} bytes; it may have ${mostClassBytes}`);
  return {
    created: fields.integer('created', 1, keyCeiling),
    timeoutSeconds,
    idleMs: fields.integer('idleMs', 0, mostMs),
    leftMs: timeoutSeconds === 0 ? undefined : fields.integer('leftMs', -mostMs, mostMs),
    className,
    revision: hasData ? fields.integer('rev', 1, keyCeiling) : 0,
    data: hasData ? fields.bytes('data') : null,
    variables: readVariables(fields),
    released: fields.has('released')
      ? readReleased(fields.within('released', fields.take('released')), keyCeiling)
      : undefined,
  };
}

function readVariables(fields: FieldReader): (readonly [Buffer, Buffer])[] {
  const taken = new Set<string>();
  return fields.items('vars').map(([name, item]) => {
    if (!Array.isArray(item) || item.length !== 2) throw fields.fault(name, 'is not an array of a name and a value');
    const variable = checked(fields, `${name}[0]`, fields.toBytes(`${name}[0]`, item[0]), nameFault);
    if (taken.has(variable.toString('latin1'))) throw fields.fault(`${name}[0]`, 'is the name of an earlier variable');
    taken.add(variable.toString('latin1'));
    return [variable, fields.toBytes(`${name}[1]`, item[1])] as const;
  });
}

function readReleased(fields: FieldReader, keyCeiling: number): StreamedSession['released'] {
  const released = { key: fields.integer('key', 1, keyCeiling), withData: fields.boolean('data') };
  const hash = fields.has('hash') ? fields.integer('hash', 1, 0xffffffff) : undefined;
  fields.end();
  if (hash === undefined) return released;
  if (!released.withData) throw fields.fault('hash', 'stands beside data that is false');
  return { ...released, hash };
}

function readLock(fields: FieldReader, keyCeiling: number): StreamedLock {
  const note = fields.has('note') ? fields.bytes('note') : Buffer.alloc(0);
  if (note.length > maxTextBytes) throw fields.fault('note', `has ${note.length} bytes; it may have ${maxTextBytes}`);
  const lock = {
    key: fields.integer('key', 1, keyCeiling),
    leftMs: fields.integer('leftMs', -mostMs, mostMs),
    sinceMs: fields.integer('sinceMs', 0, mostMs),
    note,
    isBound: fields.mark('bound'),
    hasLapsed: fields.mark('lapsed'),
  };
  fields.end();
  return lock;
}

/** Bytes that follow a rule of the protocol. */
function checked(
  fields: FieldReader,
  name: string,
  bytes: Buffer,
  faultOf: (bytes: Buffer, start: number, end: number) => string | null,
): Buffer {
  const fault = faultOf(bytes, 0, bytes.length);
  if (fault !== null) throw fields.fault(name, fault);
  return bytes;
}
