// Random scripts for engines: what several callers do, and how time passes. Times are chosen so that no two things fall
// due at one moment, about whose order the semantics say nothing: every step takes a millisecond, leases end half a
// second and waits a quarter past a full one, lifetimes and pauses on it.
import fc from 'fast-check';

/** A word that only the run knows: an earlier key of an id's lock, revision, ticket or made id, `back` steps ago. */
export interface Reference {
  readonly ref: 'key' | 'revision' | 'ticket' | 'made';
  readonly of: string;
  readonly back: number;
}

export type ScriptWord = string | number | Reference;

export type Step =
  | { readonly kind: 'call'; readonly caller: number; readonly words: readonly ScriptWord[] }
  | { readonly kind: 'list'; readonly pageSize: number }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'close'; readonly caller: number }
  | { readonly kind: 'unbind'; readonly caller: number };

export const callerCount = 4;

// few ids, so that what one caller does meets what another did
const id: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'a', 'b') },
  { weight: 5, arbitrary: fc.constantFrom('a/x', 'a/x', 'a/y', 'b/x') },
  { weight: 1, arbitrary: fc.constantFrom('globals', 'c', 'none/x') },
);
const madeId: fc.Arbitrary<Reference> = fc.nat(2).map((back) => ({ ref: 'made', of: '', back }));
const anyId: fc.Arbitrary<ScriptWord> = fc.oneof({ weight: 19, arbitrary: id }, { weight: 1, arbitrary: madeId });
const name = fc.constantFrom('n', 'm', 'k', 'user', 'KEY');
const value = fc.constantFrom(
  '1',
  '1',
  '5',
  '-3',
  '2.5',
  'ada',
  '',
  '9223372036854775807',
  'v'.repeat(300),
  'x\0\r\ny',
);
const number = fc.constantFrom('1', '-2', '0.5', '7', '9223372036854775807', '0', 'no');
const data = fc.constantFrom('d', 'e', '', 'long '.repeat(100));
const timeout = fc.constantFrom(-1, 0, 1, 5, 30, 100);
const lease = fc.constantFrom(500, 1500, 5500, 30_500);
const wait = fc.constantFrom(0, 250, 1250, 10_250, 10_250, 60_250);

const key = (of: ScriptWord): fc.Arbitrary<ScriptWord> =>
  fc.oneof(
    { weight: 10, arbitrary: fc.constant<Reference>({ ref: 'key', of: String(of), back: 0 }) },
    { weight: 3, arbitrary: fc.nat(2).map((back): Reference => ({ ref: 'key', of: '', back })) },
    { weight: 1, arbitrary: fc.constantFrom<ScriptWord>(0, 1) },
  );
const revision: fc.Arbitrary<ScriptWord> = fc.oneof(
  fc.constantFrom<ScriptWord>(0, 5),
  fc.nat(2).map((back): Reference => ({ ref: 'revision', of: '', back })),
);

/** Words that stand together or not at all. */
function sometimes(...words: (fc.Arbitrary<ScriptWord> | ScriptWord)[]): fc.Arbitrary<ScriptWord[]> {
  const all = fc.tuple(...words.map((word) => (word instanceof fc.Arbitrary ? word : fc.constant(word))));
  return fc.oneof({ weight: 2, arbitrary: fc.constant<ScriptWord[]>([]) }, { weight: 1, arbitrary: all });
}

const pairs = fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 3 });
const names = fc.array(name, { minLength: 1, maxLength: 3 });
const countedPairs = pairs.map((list): ScriptWord[] => [list.length, ...list.flat()]);
const countedNames = names.map((list): ScriptWord[] => [list.length, ...list]);

function sometimesCounted(token: string, list: fc.Arbitrary<ScriptWord[]>): fc.Arbitrary<ScriptWord[]> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant<ScriptWord[]>([]) },
    { weight: 1, arbitrary: list.map((words) => [token, ...words]) },
  );
}

function usually(...words: (fc.Arbitrary<ScriptWord> | ScriptWord)[]): fc.Arbitrary<ScriptWord[]> {
  const all = fc.tuple(...words.map((word) => (word instanceof fc.Arbitrary ? word : fc.constant(word))));
  return fc.oneof({ weight: 3, arbitrary: all }, { weight: 1, arbitrary: fc.constant<ScriptWord[]>([]) });
}

type Part = fc.Arbitrary<ScriptWord | readonly ScriptWord[]> | ScriptWord;

function words(...parts: Part[]): fc.Arbitrary<readonly ScriptWord[]> {
  return fc
    .tuple(...parts.map((part) => (part instanceof fc.Arbitrary ? part : fc.constant(part))))
    .map((all) => all.flat());
}

/** Words of a command on one id that may carry a key of its lock. */
function onId(build: (of: ScriptWord) => fc.Arbitrary<readonly ScriptWord[]>): fc.Arbitrary<readonly ScriptWord[]> {
  return anyId.chain(build);
}

const classOption = sometimes('CLASS', fc.constantFrom('shop', ''));
const timeoutOption = sometimes('TIMEOUT', timeout);
const fields = [sometimesCounted('VARS', countedPairs), sometimesCounted('UNSET', countedNames), timeoutOption];

type WeightedWords = readonly (readonly [weight: number, words: fc.Arbitrary<readonly ScriptWord[]>])[];

const contentCommands: WeightedWords = [
  [6, words('CREATE', anyId, classOption, sometimes('DATA', data), timeoutOption)],
  [3, onId((of) => words('DROP', of, sometimes('KEY', key(of))))],
  [3, words('RENAME', anyId, anyId)],
  [2, words('COPY', anyId, anyId)],
  [
    6,
    words(
      'SETVAL',
      anyId,
      pairs.map((list) => list.flat()),
    ),
  ],
  [2, onId((of) => words('SETVAL', of, 'KEY', key(of), 'VARS', countedPairs))],
  [
    3,
    words(
      'GETVAL',
      anyId,
      name,
      sometimes(value).map((list) => list.slice(0, 1)),
    ),
  ],
  [2, words('DELVAL', anyId, names)],
  [1, onId((of) => words('DELVAL', of, 'KEY', key(of), 'UNSET', countedNames))],
  [3, words('GETALL', anyId)],
  [2, words('INC', anyId, name)],
  [2, words('ADD', anyId, name, number)],
  [2, words('MULDIV', anyId, name, number, number)],
  [3, words('DATAGET', anyId, sometimes('REV'), sometimes('PEEK'))],
  [
    6,
    onId((of) =>
      words(
        ...['DATASET', of, data, classOption, ...fields],
        ...[sometimes('IFREV', revision), sometimes('KEY', key(of)), sometimes(fc.constantFrom('XX', 'NX'))],
      ),
    ),
  ],
  [3, words('GETOBJECT', anyId)],
  [3, words('TIMEOUT', anyId, sometimes(timeout))],
  [5, words('CTL', anyId, fc.constantFrom('EXIST', 'TTL', 'AGE', 'TLA', 'CTIME', 'TOUCH', 'NOW', 'REV', 'LOCK'))],
  [1, words('COUNT')],
  [1, words('LIST', sometimes('MATCH', fc.constantFrom('*', '?', '[b-z]', '[^a]', 'a')))],
  [3, words('FIND', name, value)],
  [2, words('LISTVAR', name)],
  [1, words('DROPWHERE', name, value, sometimes('EXCEPT', anyId))],
  [1, words('UNIQ', 20, classOption, sometimes('DATA', data), timeoutOption)],
  [1, words('FLUSH', fc.constantFrom(0, 3, 20))],
  [2, words('SUBNEW', anyId, sometimes('CLONE', fc.constantFrom('x', 'y')), timeoutOption)],
  [1, words('SUBLIST', anyId)],
  [1, words('SERIALIZE')],
];

const lockCommands: WeightedWords = [
  [
    14,
    words(
      ...['SLOCK', anyId, usually('WAIT', wait), sometimes('LEASE', lease), sometimes('CREATE'), sometimes('DATA')],
      ...[sometimes('BIND'), sometimes('ASYNC'), sometimes('NOTE', 'web1 http://shop/p?q=1')],
    ),
  ],
  [
    2,
    words(
      'SCANCEL',
      fc.nat(3).map((back): Reference => ({ ref: 'ticket', of: '', back })),
    ),
  ],
  [
    9,
    onId((of) =>
      words('SUNLOCK', of, key(of), sometimes('DATA', data), classOption, ...fields, sometimes('IFREV', revision)),
    ),
  ],
  [3, onId((of) => words('SEXTEND', of, key(of), 'LEASE', lease))],
  [2, words('LOCKS', sometimes(id))],
];

const caller = fc.nat(callerCount - 1);

function calls(lists: WeightedWords): fc.Arbitrary<Step> {
  const anyWords = fc.oneof(...lists.map(([weight, arbitrary]) => ({ weight, arbitrary })));
  return fc.tuple(caller, anyWords).map(([by, list]) => ({ kind: 'call', caller: by, words: list }));
}

const pause = (...ms: number[]): fc.Arbitrary<Step> =>
  fc.constantFrom(...ms).map((each) => ({ kind: 'pause', ms: each }));
const close = caller.map((by): Step => ({ kind: 'close', caller: by }));
const unbind = caller.map((by): Step => ({ kind: 'unbind', caller: by }));
const list = fc.constantFrom(1, 2, 100).map((pageSize): Step => ({ kind: 'list', pageSize }));

/** What a script is mostly about: the content of sessions, or who holds which lock. */
export type Subject = 'content' | 'locks';

const stepsOf: Readonly<Record<Subject, fc.Arbitrary<Step>>> = {
  content: fc.oneof(
    { weight: 70, arbitrary: calls(contentCommands) },
    { weight: 20, arbitrary: calls(lockCommands) },
    { weight: 8, arbitrary: pause(1000, 2000, 6000, 31_000) },
    { weight: 1, arbitrary: close },
    { weight: 1, arbitrary: unbind },
    { weight: 2, arbitrary: list },
  ),
  locks: fc.oneof(
    { weight: 20, arbitrary: calls(contentCommands) },
    { weight: 80, arbitrary: calls(lockCommands) },
    { weight: 15, arbitrary: pause(1000, 1000, 2000, 6000) },
    { weight: 3, arbitrary: close },
    { weight: 2, arbitrary: unbind },
  ),
};

const create = (...rest: ScriptWord[]): Step => ({ kind: 'call', caller: 0, words: ['CREATE', ...rest] });
const beginnings: readonly (readonly Step[])[] = [
  [],
  [create('a')],
  [create('a', 'DATA', 'd', 'TIMEOUT', 100), create('a/x', 'DATA', 'e', 'TIMEOUT', 100), create('b', 'TIMEOUT', 0)],
];

/** A script of a few steps that make sessions and up to `maxLength` more. */
export function scripts(subject: Subject, maxLength: number): fc.Arbitrary<Step[]> {
  const rest = fc.array(stepsOf[subject], { minLength: 1, maxLength, size: 'max' });
  return fc.tuple(fc.constantFrom(...beginnings), rest).map(([first, then]) => [...first, ...then]);
}

/** A script as one would type it, for the message of a failure. */
export function shownStep(each: Step): string {
  if (each.kind === 'pause') return `pause ${each.ms} ms`;
  if (each.kind === 'list') return `LIST by pages of ${each.pageSize}`;
  if (each.kind !== 'call') return `${each.kind} caller ${each.caller}`;
  const shown = each.words.map((word) => {
    if (typeof word !== 'object') return JSON.stringify(word);
    return `<${word.ref}${word.of === '' ? '' : ` of ${word.of}`} ${word.back} back>`;
  });
  return `caller ${each.caller}: ${shown.join(' ')}`;
}
