import { describe, expect, test } from 'vitest';
import { engineError, isPassing } from './link-fault.js';

/** As the client library makes one of a reply. */
const replyError = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });
const digest = 'db8d8f6383e1a67ce23db65efd679a334c123806';
const before7 = (words: string) =>
  replyError(`ERR Error running script (call to f_${digest}): @user_script:17: @user_script: 17: ${words}`);
const since7 = (words: string) => replyError(`${words} script: ${digest}, on @user_script:17.`);

describe('what a script was refused with counts, in the words of every version:', () => {
  const readOnly = "READONLY You can't write against a read only replica.";
  test.each([
    ['before 7', before7(`-${readOnly} `)],
    ['since 7', since7(readOnly)],
  ])('a replica takes no writes, and may be a master soon (%s)', (_version, error) => {
    expect(isPassing(error)).toBe(true);
  });

  test.each([
    ['before 7', before7('-NOREPLICAS Not enough good replicas to write.')],
    ['since 7', since7('NOREPLICAS Not enough good replicas to write.')],
  ])('replicas that are missing may be back soon (%s)', (_version, error) => {
    expect(isPassing(error)).toBe(true);
  });

  const full = "command not allowed when used memory > 'maxmemory'.";
  test.each([
    ['before 7', before7(`-OOM ${full}`)],
    ['since 7', since7(`OOM ${full}`)],
  ])('Redis is full (%s)', (_version, error) => {
    expect(isPassing(error)).toBe(false);
    expect(engineError(error).code).toBe('OOM');
  });

  test.each([
    ['before 7', before7('-MISCONF Errors writing to the AOF file')],
    ['since 7', since7('MISCONF Errors writing to the AOF file')],
  ])('its disk is full (%s)', (_version, error) => {
    expect(isPassing(error)).toBe(false);
    expect(engineError(error)).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/^Redis refused: MISCONF Errors writing to the AOF file/),
    });
  });
});

test('a fault of a script itself passes for nothing else', () => {
  const error = before7("Script attempted to access nonexistent global variable 'READONLY'");
  expect(isPassing(error)).toBe(false);
  expect(engineError(error).code).toBe('UNAVAILABLE');
});
