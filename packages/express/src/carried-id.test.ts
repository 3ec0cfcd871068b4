import { describe, expect, it } from 'vitest';
import { hiddenField, urlWithId } from './carried-id.js';

const carried = (url: string) => urlWithId(url, 'sub_session_id', 'abc', 'shop.example:8080');

describe('urlWithId', () => {
  it.each([
    ['/cart', '/cart?sub_session_id=abc'],
    ['/cart?page=2', '/cart?page=2&sub_session_id=abc'],
    ['/cart?', '/cart?sub_session_id=abc'],
    ['/cart?a=1&', '/cart?a=1&sub_session_id=abc'],
    ['/cart#items', '/cart?sub_session_id=abc#items'],
    ['cart?x=1#y?z', 'cart?x=1&sub_session_id=abc#y?z'],
    ['?x=1', '?x=1&sub_session_id=abc'],
    ['', '?sub_session_id=abc'],
    ['/time/12:30', '/time/12:30?sub_session_id=abc'],
    ['http://shop.example:8080/x', 'http://shop.example:8080/x?sub_session_id=abc'],
    ['//SHOP.example:8080/x', '//SHOP.example:8080/x?sub_session_id=abc'],
  ])('carries the id in %j', (url, wanted) => expect(carried(url)).toBe(wanted));

  it.each([
    'https://other.example/x',
    'http://shop.example/x',
    '//other.example',
    '\\\\other.example/x',
    '/\\other.example/x',
    ' //other.example',
    '/\t/other.example',
    'javascript:alert(1)',
    'mailto:ada@shop.example',
    '/cart?sub_session_id=other',
  ])('leaves %j alone', (url) => expect(carried(url)).toBe(url));

  it('escapes name and id', () => {
    expect(urlWithId('/x', 'a b', 'c&d', undefined)).toBe('/x?a%20b=c%26d');
    expect(hiddenField('"><script>', 'a&b')).toBe(
      '<input type="hidden" name="&#34;&#62;&#60;script&#62;" value="a&#38;b">',
    );
  });
});
