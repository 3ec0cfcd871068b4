import type { LuaPart } from '../script.js';
import { counterPart } from './counter.js';
import { lifePart } from './life.js';
import { variablesPart } from './variables.js';

/**
 * Data, class, variables and timeout as CREATE, DATASET, SUNLOCK and UNIQ write them: checked first, then all in one
 * step. They stand in ARGV from `first` on: data count (0 or 1), data, class count, class, timeout or '', IFREV or '',
 * names to unset, pairs to set, the names, the pairs. `content_refusal` looks in the order that section 6 gives.
 */
export const contentPart: LuaPart = {
  name: 'content',
  needs: [counterPart, lifePart, variablesPart],
  text: `
    local function too_many(s, first, pairs_given, unset_first, names_unset)
      local most = tonumber(ARGV[6])
      local known = redis.call('HGET', F, 'n' .. s)
      local before = count_names(known)
      if before + pairs_given <= most then return nil end
      local names, count = {}, 0
      for _, name in ipairs(split(known)) do names[name] = true end
      for i = unset_first, unset_first + names_unset - 1 do names[ARGV[i]] = nil end
      for i = first, first + 2 * pairs_given - 1, 2 do names[ARGV[i]] = true end
      for _ in pairs(names) do count = count + 1 end
      if count <= before or count <= most then return nil end
      return {-5, count}
    end
    local function read_content(first)
      local c = {has_data = ARGV[first] == '1', data = ARGV[first + 1], has_class = ARGV[first + 2] == '1',
        class = ARGV[first + 3], timeout = ARGV[first + 4], if_rev = ARGV[first + 5],
        names = tonumber(ARGV[first + 6]), pairs = tonumber(ARGV[first + 7]), unset = first + 8}
      c.set = c.unset + c.names
      return c
    end
    local function stale(s, c)
      if c.if_rev == '' then return false end
      local revision = redis.call('HGET', F, 'r' .. s) or '0'
      return tonumber(revision) ~= tonumber(c.if_rev)
    end
    local function limits_refusal(s, c)
      if c.timeout ~= '' and s == '' and base == 'globals' then return -10 end
      return too_many(s, c.set, c.pairs, c.unset, c.names)
    end
    local function write_content(s, c)
      if c.has_data then redis.call('HSET', F, 'x' .. s, c.data, 'r' .. s, digits(next_key())) end
      if c.has_class then redis.call('HSET', F, 'c' .. s, c.class) end
      if c.names > 0 then remove_variables(s, c.unset, c.names) end
      if c.pairs > 0 then set_variables(s, c.set, c.pairs) end
    end`,
};
