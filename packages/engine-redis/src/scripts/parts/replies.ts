import type { LuaPart } from '../script.js';

/**
 * Replies of scripts of scope `bucket`. A value goes alone; with notices, or when it is a table, as `{value, notice …}`.
 * A notice is a table whose first item says what it is: `event` here, others in the parts of the locks.
 */
export const repliesPart: LuaPart = {
  name: 'replies',
  text: `
    local notices
    local function notice(n)
      if notices then notices[#notices + 1] = n else notices = {n} end
    end
    local function answer(value)
      if not notices then
        if type(value) == 'table' then return {value} end
        return value
      end
      local reply = {value or false}
      for i = 1, #notices do reply[i + 1] = notices[i] end
      return reply
    end`,
};
