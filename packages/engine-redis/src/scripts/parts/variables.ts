import type { LuaPart } from '../script.js';
import { namesPart } from './names.js';
import { valueHashPart } from './value-hash.js';
import { variableReadingPart } from './variable-reading.js';

/**
 * Variables and the search index, which change together. An index entry is name, NUL, 16 digits of a hash, id; the hash is of
 * the value. Names stand in the order in which
 * they were first set, since a hash of Redis keeps none.
 */
export const variablesPart: LuaPart = {
  name: 'variables',
  needs: [namesPart, valueHashPart, variableReadingPart],
  text: `
    local function is_indexed(s) return s ~= '' or base ~= 'globals' end
    local function index_entry(s, name, value) return name .. '\\0' .. value_hash(value) .. id_of(s) end
    local function count_names(list)
      if not list or list == '' then return 0 end
      local _, separators = string.gsub(list, '%z', '')
      return separators + 1
    end
    local function set_variables(s, first, pairs_given)
      local known
      for i = first, first + 2 * pairs_given - 1, 2 do
        local name, value = ARGV[i], ARGV[i + 1]
        local field = 'v' .. s .. '\\0' .. name
        local old = redis.call('HGET', F, field)
        if old ~= value then
          if is_indexed(s) then
            if old then redis.call('ZREM', I, index_entry(s, name, old)) end
            redis.call('ZADD', I, 0, index_entry(s, name, value))
          end
          if not old then
            known = known or redis.call('HGET', F, 'n' .. s)
            known = known and known .. '\\0' .. name or name
            redis.call('HSET', F, field, value, 'n' .. s, known)
          else
            redis.call('HSET', F, field, value)
          end
        end
      end
    end
    local function remove_variables(s, first, names_given)
      local gone, removed = {}, 0
      for i = first, first + names_given - 1 do
        local name = ARGV[i]
        local field = 'v' .. s .. '\\0' .. name
        local old = redis.call('HGET', F, field)
        if old then
          if is_indexed(s) then redis.call('ZREM', I, index_entry(s, name, old)) end
          redis.call('HDEL', F, field)
          gone[name] = true
          removed = removed + 1
        end
      end
      if removed > 0 then
        local kept = {}
        for _, name in ipairs(split(redis.call('HGET', F, 'n' .. s))) do
          if not gone[name] then kept[#kept + 1] = name end
        end
        if #kept == 0 then redis.call('HDEL', F, 'n' .. s)
        else redis.call('HSET', F, 'n' .. s, table.concat(kept, '\\0')) end
      end
      return removed
    end`,
};
