import { PhpFloat } from '@msession/php-session';
import { describe, expect, it } from 'vitest';
import { compileResolvers, doesNotFit } from './resolvers.js';

describe('sum', () => {
  const sum = compileResolvers('sum')('counter');
  it.each([
    [1, 5, 2, 6],
    [undefined, 3, 1, 4],
    [5, 7, undefined, 2],
    [0.5, 1.5, 1, 2],
    [9007199254740990, 9007199254740991, 9007199254740991, 9007199254740992n],
    [10n, 11n, 12n, 13],
    [new PhpFloat(1), new PhpFloat(2), 1.5, 2.5],
  ])('of base %s, theirs %s, mine %s is %s', (base, theirs, mine, total) => {
    expect(sum('counter', base, theirs, mine)).toBe(total);
  });

  it('does not fit what is no number', () => expect(sum('counter', 'a', 'b', 'c')).toBe(doesNotFit));
});

describe('append', () => {
  const append = compileResolvers({ cart: 'append' })('cart');
  it('keeps the additions of both', () => {
    expect(append('cart', ['a'], ['a', 'b'], ['a', 'c'])).toEqual(['a', 'b', 'c']);
    expect(append('cart', undefined, [{ id: 1 }], [{ id: 2 }])).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it.each([
    ['a removal', ['a', 'b'], ['a', 'b', 'c'], ['b']],
    ['another order', ['a', 'b'], ['a', 'b'], ['b', 'a', 'c']],
    ['no list', ['a'], 'text', ['a', 'b']],
  ])('does not fit %s', (_what, base, theirs, mine) => expect(append('cart', base, theirs, mine)).toBe(doesNotFit));
});

it('takes a function, and one by key', () => {
  expect(compileResolvers((key) => key)('x')('x', 1, 2, 3)).toBe('x');
  const byKey = compileResolvers({ best: (_key, _base, theirs, mine) => Math.max(theirs as number, mine as number) });
  expect(byKey('best')('best', 1, 5, 3)).toBe(5);
  expect(byKey('other')('other', 1, 5, 3)).toBe(doesNotFit);
});

it('names a resolver that there is not', () => {
  expect(() => compileResolvers({ cart: 'union' as 'sum' })).toThrow("resolve is 'union'; it may be mine, sum, append");
});
