// What scripts may call since Redis 6.2, in terms of 6.0: a server older than the engine takes is taught it as it starts, so
// that the tests say what else it lacks. Its `redis.call` stays as it was made here until the server ends.

/** To be run by EVAL, once. Knows ZMSCORE, and SET with GET as its only option. */
export const taughtScripts = `
local call = redis.call
redis.call = function(...)
  local name, key, value, option = ...
  if name == 'ZMSCORE' then
    local scores = {}
    for i = 3, select('#', ...) do scores[i - 2] = call('ZSCORE', key, (select(i, ...))) end
    return scores
  end
  if name == 'SET' and option == 'GET' then
    local old = call('GET', key)
    call('SET', key, value)
    return old
  end
  return call(...)
end
return 1`;
