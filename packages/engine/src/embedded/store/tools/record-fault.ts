// Whether a record whose checksum is right is also one that can be read: lengths that add up, members that belong together.
// A checksum says that the bytes are those that were written, not that what was written made sense.
import { idFault, nameFault, subIdFault } from '@msession/protocol';
import {
  type FamilyRecord,
  hasSession,
  readRecord,
  recordHeadBytes,
  recordLockBytes,
  recordSessionBytes,
  walkVariables,
} from '../family-record.js';

/** What is wrong with the form of a record, or undefined. */
export function recordFault(bytes: Buffer): string | undefined {
  let record: FamilyRecord;
  try {
    record = readRecord(bytes);
  } catch {
    return 'a record is shorter than it says';
  }
  let length = recordHeadBytes;
  for (const { sub, className, variables, data } of record.sessions)
    length += recordSessionBytes + (sub?.length ?? 0) + className.length + variables.length + data.length;
  for (const { sub, note } of record.locks) length += recordLockBytes + (sub?.length ?? 0) + note.length;
  if (length !== bytes.length) return `a record of ${bytes.length} bytes says that it has ${length}`;
  return memberFault(bytes, record);
}

function memberFault(bytes: Buffer, { sessions, locks }: FamilyRecord): string | undefined {
  const hasParent = sessions[0] !== undefined && sessions[0].sub === undefined;
  if (hasSession(bytes) !== hasParent) return 'a record says otherwise than it has about its session';
  if (!hasParent && (sessions.length > 0 || locks.length === 0)) return 'a record has sub-sessions alone, or nothing';
  for (const members of [sessions, locks]) {
    const subs = new Set(members.map(({ sub }) => sub?.toString('latin1')));
    if (subs.size !== members.length) return 'a record has two members of one id';
    for (const { sub } of members)
      if (sub !== undefined && subIdFault(sub, 0, sub.length) !== null)
        return 'a record has a sub-session with an id that is none';
  }
  for (const { variables } of sessions) {
    const fault = variablesFault(variables);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function variablesFault(block: Buffer): string | undefined {
  if (block.length === 0) return undefined;
  if (block.length < 8 || block.readUInt32LE(0) !== block.length)
    return 'variables are of another length than they say';
  const names = new Set<string>();
  let end = 8;
  let count = 0;
  try {
    walkVariables(block, (nameStart, nameEnd, _valueStart, valueEnd) => {
      if (nameFault(block, nameStart, nameEnd) === null) names.add(block.toString('latin1', nameStart, nameEnd));
      end = valueEnd;
      count++;
    });
  } catch {
    return 'variables are cut off';
  }
  if (end !== block.length) return 'variables are cut off';
  if (count !== block.readUInt32LE(4)) return 'variables are of another number than they say';
  return names.size === count ? undefined : 'a variable has a name that is none, or that of another';
}

/** What is wrong with the id of a family, or undefined. */
export function familyIdFault(id: Buffer): string | undefined {
  if (idFault(id, 0, id.length) !== null || id.includes('/')) return 'a record stands under an id that is none';
  return undefined;
}
