import type { LuaPart } from '../script.js';

/** `now`: milliseconds, `micros`: microseconds since 1970, by the engine's clock or, where it is injected, by the caller's. */
export const clockPart: LuaPart = {
  name: 'clock',
  text: `
    local now, micros
    if ARGV[1] == '' then
      local t = redis.call('TIME')
      micros = t[1] * 1000000 + t[2]
      now = math.floor(micros / 1000)
    else
      local ms, us = string.match(ARGV[1], '(%d+) (%d+)')
      now, micros = tonumber(ms), tonumber(us)
    end`,
};
