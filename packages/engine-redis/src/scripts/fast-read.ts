// The usual read as the fast path of a script: one value of a session that lives, no sub-session, no move under way.

/** `condition` on ARGV, joined by `and`, may be empty; `field` of the family is the value, as Lua. */
export function fastRead(condition: string, field: string): string {
  return `
    if sub == '' ${condition} then
      local r = redis.call('HMGET', F, 'g', 't', 'a', ${field})
      if not r[1] then
        if not r[2] then return -1 end
        if r[2] == '0' or r[3] + r[2] * 1000 > now then
          redis.pcall('HSET', F, 'a', now)
          return r[4]
        end
      end
    end`;
}
