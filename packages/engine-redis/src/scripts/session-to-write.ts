// How a script begins that writes variables: they need a session, or one that a lock keeps an id for.

/** Defines `exists`; needs `endingPart`. */
export const sessionToWrite = `
    bury(sub)
    local exists = stands(sub)
    if not exists then
      lock_settle(sub)
      if not is_held(sub) then return answer(-1) end
      local refusal = room_for(sub)
      if refusal then return answer(refusal) end
    end`;
