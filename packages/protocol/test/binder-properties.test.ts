// Every command's binder against requests made from its spec: what fits is bound to what was meant, whatever the order
// of options; what is cut, doubled or garbled never crashes it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ArgumentFault,
  type ArgumentSpec,
  type ArgumentType,
  type BoundRun,
  type CommandSpec,
  commandList,
  compileBinder,
  errorCodes,
  Request,
} from '../src/index.js';

const limits = { maxValueBytes: 1000 };
const specs = commandList.flatMap((spec) => [
  { spec, first: 1, name: spec.name },
  ...(spec.subcommands ?? []).map((sub) => ({ spec: sub, first: 2, name: sub.name })),
]);

interface Meant {
  readonly words: readonly string[];
  readonly expected: readonly (readonly [string, unknown])[];
}

/** Characters that can be no token's. */
const plainText = fc
  .array(fc.constantFrom('a', 'b', '-', '_', '.', 'é', '0', '9'), { minLength: 1, maxLength: 12 })
  .map((letters) => `~${letters.join('')}`);

function word(type: ArgumentType, spec: { minimum?: number; maximum?: number }): fc.Arbitrary<string> {
  if (type === 'integer') {
    const min = Math.max(spec.minimum ?? Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER);
    const max = Math.min(spec.maximum ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    return fc.maxSafeInteger().map((value) => String(Math.min(Math.max(value, min), max)));
  }
  return type === 'number' ? fc.integer().map(String) : plainText;
}

const value = (type: ArgumentType, text: string): unknown => (type === 'integer' ? Number(text) : text);

/** One argument as it may stand in a request, and what it is bound to. */
function argument(spec: ArgumentSpec): fc.Arbitrary<Meant> {
  const { name } = spec;
  if (spec.kind === 'positional')
    return word(spec.type, spec).map((text) => ({ words: [text], expected: [[name, value(spec.type, text)]] }));
  if (spec.kind === 'word')
    return fc.constantFrom(...spec.words).map((text) => ({ words: [text.toLowerCase()], expected: [[name, text]] }));
  if (spec.kind === 'flag') return fc.constant({ words: [spec.token], expected: [[name, true]] });
  if (spec.kind === 'choice')
    return fc
      .constantFrom(...spec.tokens)
      .map((token) => ({ words: [token.toLowerCase()], expected: [[name, token]] }));
  if (spec.kind === 'option')
    return word(spec.type, spec).map((text) => ({
      words: [spec.token, text],
      expected: [[name, value(spec.type, text)]],
    }));
  const width = spec.pair === undefined ? 1 : 2;
  const minimum = spec.kind === 'rest' ? spec.minimum : 1;
  return fc
    .array(fc.array(plainText, { minLength: width, maxLength: width }), { minLength: minimum, maxLength: 5 })
    .map((items) => ({
      words: [...(spec.kind === 'counted' ? [spec.token, String(items.length)] : []), ...items.flat()],
      expected: [[name, items.flat()]],
    }));
}

const isOption = (spec: ArgumentSpec) => spec.kind !== 'positional' && spec.kind !== 'word' && spec.kind !== 'rest';

function requestOf(form: readonly ArgumentSpec[]): fc.Arbitrary<Meant> {
  const inPlace = form.filter((spec) => !isOption(spec)).map(argument);
  const options = form.filter(isOption);
  const required = options.filter((spec) => 'required' in spec && spec.required === true);
  const chosen = fc
    .subarray(options.filter((spec) => !required.includes(spec)))
    .chain((some) => fc.shuffledSubarray([...required, ...some], { minLength: required.length + some.length }))
    .chain((some) => fc.tuple(...some.map(argument)));
  return fc.tuple(fc.tuple(...inPlace), chosen).map(([first, second]) => ({
    words: [...first, ...second].flatMap((part) => part.words),
    expected: [...first, ...second].flatMap((part) => part.expected),
  }));
}

function shownBound(bound: unknown, request: Request, spec: CommandSpec, form: readonly ArgumentSpec[], name: string) {
  const argumentSpec = form.find((candidate) => candidate.name === name) as ArgumentSpec;
  const item = (bound as Record<string, unknown>)[name];
  if (argumentSpec.kind === 'rest' || argumentSpec.kind === 'counted') {
    const run = item as BoundRun;
    const words = run.count * (argumentSpec.pair === undefined ? 1 : 2);
    return Array.from({ length: words }, (_, i) => request.text(run.first + i));
  }
  const isIndex =
    (argumentSpec.kind === 'positional' || argumentSpec.kind === 'option') && argumentSpec.type !== 'integer';
  if (isIndex && (typeof item !== 'number' || item <= 0)) throw new Error(`${spec.name}: ${name} is not bound`);
  return isIndex ? request.text(item as number) : item;
}

describe.each(specs)('$name', ({ spec, first }) => {
  const binder = compileBinder(spec, first);
  const head = spec.name.split(' ');
  const forms = spec.guardedForm === undefined ? [spec.arguments] : [spec.arguments, spec.guardedForm];

  test('binds what was meant', () => {
    for (const form of forms) {
      // a guarded form is known by its order
      const meant =
        form === spec.guardedForm
          ? fc.tuple(...form.map(argument)).map((parts) => ({
              words: parts.flatMap((part) => part.words),
              expected: parts.flatMap((part) => part.expected),
            }))
          : requestOf(form);
      fc.assert(
        fc.property(meant, ({ words, expected }) => {
          const request = Request.of([...head, ...words]);
          const bound = binder(request, limits);
          if (bound instanceof ArgumentFault) throw new Error(bound.message);
          for (const [name, wanted] of expected) expect(shownBound(bound, request, spec, form, name)).toEqual(wanted);
        }),
        { numRuns: 40 },
      );
    }
  });

  test('answers a value or a fault for any words', () => {
    const tokens = forms.flat().flatMap((spec) => ('token' in spec ? [spec.token] : []));
    const anyWord = fc.oneof(
      fc.constantFrom('', '0', '1', '2', '-1', '9007199254740993', 'a/b/c', 'x'.repeat(300), 'KEY', ...tokens),
      fc.uint8Array({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 12 }), (words) => {
        const request = Request.of([...head, ...words]);
        const bound = binder(request, limits);
        if (bound instanceof ArgumentFault) {
          expect(Object.keys(errorCodes)).toContain(bound.code);
          expect(bound.message).toMatch(/^[\x20-\x7e]+$/);
        } else
          for (const item of Object.values(bound)) {
            if (typeof item !== 'object') continue;
            const run = item as BoundRun;
            expect(run.count === 0 || run.first + run.count <= request.count).toBe(true);
          }
      }),
      { numRuns: 60 },
    );
  });
});
