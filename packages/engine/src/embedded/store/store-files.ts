// The names of a store's files in its directory.
export const sessionsFile = 'sessions.mdb';
export const keysFile = 'keys.mdb';
export const scratchFile = 'scratch.mdb';
