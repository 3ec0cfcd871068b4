// Made by generate/generate.ts from php-functions.ts; `npm run generate` makes it anew.
import { functions } from './default-facade.js';
import type { PhpFunctions } from './php-functions.js';

/**
 * Connects, instead of an earlier connection. Port "0" or "" is 8086; the host may be an address such as
 * `tls://host` or `unix:///path`, too.
 *
 * @returns true; false with a warning "MSession connect failed" when nobody answers
 * @remarks Source: the PHP manual.
 */
export const msession_connect: PhpFunctions['msession_connect'] = (...given) => functions().msession_connect(...given);

/**
 * Disconnects. From then on nothing connects by itself, until `msession_connect`.
 *
 * @returns null, always
 * @remarks Source: the PHP manual.
 */
export const msession_disconnect: PhpFunctions['msession_disconnect'] = (...given) => functions().msession_disconnect(...given);

/**
 * How many sessions live, without sub-sessions and `globals`.
 *
 * @returns the number; 0, without a warning, when the server refuses
 * @remarks Source: the PHP manual.
 */
export const msession_count: PhpFunctions['msession_count'] = (...given) => functions().msession_count(...given);

/**
 * Makes a session. The class defaults to `phpsession`.
 *
 * @returns true; false with a warning when it exists already
 * @remarks Source: the PHP manual; class and data: the extension's source history.
 */
export const msession_create: PhpFunctions['msession_create'] = (...given) => functions().msession_create(...given);

/**
 * Destroys a session, with its variables, lock and sub-sessions.
 *
 * @returns true, always: with a warning when there is no such session or no connection
 * @remarks Source: the PHP manual.
 */
export const msession_destroy: PhpFunctions['msession_destroy'] = (...given) => functions().msession_destroy(...given);

/**
 * Takes the lock of a session for 30 seconds. It does not wait, and it is not freed by the end of the connection.
 *
 * @returns the key for `msession_unlock`; false with a warning when another holds it or there is no such session
 * @remarks Source: the PHP manual.
 */
export const msession_lock: PhpFunctions['msession_lock'] = (...given) => functions().msession_lock(...given);

/**
 * Frees a lock.
 *
 * @returns 1; false with a warning when the key does not hold it
 * @remarks Source: the PHP manual.
 */
export const msession_unlock: PhpFunctions['msession_unlock'] = (...given) => functions().msession_unlock(...given);

/**
 * Sets a variable of a session.
 *
 * @returns true; false with a warning when there is no such session
 * @remarks Source: the PHP manual.
 */
export const msession_set: PhpFunctions['msession_set'] = (...given) => functions().msession_set(...given);

/**
 * Reads a variable of a session.
 *
 * @returns its value; the default, as a string, where the session lacks it; null with a warning when there is no
 * such session
 * @remarks Source: the PHP manual.
 */
export const msession_get: PhpFunctions['msession_get'] = (...given) => functions().msession_get(...given);

/**
 * Finds sessions by the value of a variable.
 *
 * @returns their ids, in the order in which they were created; null when none match, and with a warning when the
 * server refuses
 * @remarks Source: the PHP manual.
 */
export const msession_find: PhpFunctions['msession_find'] = (...given) => functions().msession_find(...given);

/**
 * All sessions.
 *
 * @returns their ids; null when there are none, and with a warning when the server refuses
 * @remarks Source: the PHP manual.
 */
export const msession_list: PhpFunctions['msession_list'] = (...given) => functions().msession_list(...given);

/**
 * All variables of a session.
 *
 * @returns name => value, empty when it has none; null without a warning when there is no such session
 * @remarks Source: the PHP manual.
 */
export const msession_get_array: PhpFunctions['msession_get_array'] = (...given) => functions().msession_get_array(...given);

/**
 * Sets many variables at once, all or none. Indexes of an array become names; the original left them out.
 *
 * @returns null; with a warning when there is no such session or the second argument is no array
 * @remarks Source: the PHP manual.
 */
export const msession_set_array: PhpFunctions['msession_set_array'] = (...given) => functions().msession_set_array(...given);

/**
 * All sessions that have a variable.
 *
 * @returns value => session, as the manual says; of equal values the session created last wins. Empty when there
 * are none. With the option `listvar: 'session'`: session => value, which loses nothing. Null with a warning when the
 * server refuses
 * @remarks Source: the PHP manual.
 */
export const msession_listvar: PhpFunctions['msession_listvar'] = (...given) => functions().msession_listvar(...given);

/**
 * Sets the seconds that a session lives after its last access: 0 never ends, below 0 is the server's default.
 *
 * @returns the seconds in force; with one argument it only reads. Null with a warning when there is no such session
 * @remarks Source: the PHP manual.
 */
export const msession_timeout: PhpFunctions['msession_timeout'] = (...given) => functions().msession_timeout(...given);

/**
 * Adds one to a variable; a missing one counts as 0.
 *
 * @returns the new value, as a string; false with a warning when there is no such session or it is no number
 * @remarks Source: the PHP manual.
 */
export const msession_inc: PhpFunctions['msession_inc'] = (...given) => functions().msession_inc(...given);

/**
 * Adds a number to a variable; a missing one counts as 0.
 *
 * @returns the new value, as a string; null with a warning when there is no such session or one is no number
 * @remarks Source: the extension's source history; in its later versions.
 */
export const msession_add: PhpFunctions['msession_add'] = (...given) => functions().msession_add(...given);

/**
 * Multiplies a variable and divides it.
 *
 * @returns value * multiplier / divisor, as a string; null with a warning when there is no such session, one is no
 * number, or the divisor is 0
 * @remarks Source: the extension's source history; in its later versions.
 */
export const msession_muldiv: PhpFunctions['msession_muldiv'] = (...given) => functions().msession_muldiv(...given);

/**
 * The unstructured data of a session.
 *
 * @returns the data; null, without a warning, when there is none, no such session, or the server refuses
 * @remarks Source: the PHP manual.
 */
export const msession_get_data: PhpFunctions['msession_get_data'] = (...given) => functions().msession_get_data(...given);

/**
 * The old name of `msession_get_data`.
 *
 * @returns the data; null, without a warning, when there is none, no such session, or the server refuses
 * @remarks Source: an early edition of the PHP manual.
 */
export const msession_getdata: PhpFunctions['msession_getdata'] = (...given) => functions().msession_getdata(...given);

/**
 * Writes the unstructured data of a session; creates the session if there is none.
 *
 * @returns true; false with a warning when the server refuses
 * @remarks Source: the PHP manual.
 */
export const msession_set_data: PhpFunctions['msession_set_data'] = (...given) => functions().msession_set_data(...given);

/**
 * The old name of `msession_set_data`.
 *
 * @returns true; false with a warning when the server refuses
 * @remarks Source: an early edition of the PHP manual.
 */
export const msession_setdata: PhpFunctions['msession_setdata'] = (...given) => functions().msession_setdata(...given);

/**
 * Makes a session under a new id of so many letters and digits. The class defaults to `phpsession`.
 *
 * @returns the id, unique on the server; null with a warning when the length is not 1 to 255
 * @remarks Source: the PHP manual; class and data: the extension's source history.
 */
export const msession_uniq: PhpFunctions['msession_uniq'] = (...given) => functions().msession_uniq(...given);

/**
 * Random letters and digits, from a source fit for secrets.
 *
 * @returns so many of them; null with a warning when the length is not 1 to 65536
 * @remarks Source: the PHP manual.
 */
export const msession_randstr: PhpFunctions['msession_randstr'] = (...given) => functions().msession_randstr(...given);

/**
 * Calls the personality plugin's escape for a session.
 *
 * @returns what the plugin answered; false with a warning when there is no plugin or it failed
 * @remarks Source: the PHP manual.
 */
export const msession_plugin: PhpFunctions['msession_plugin'] = (...given) => functions().msession_plugin(...given);

/**
 * Calls a function of a plugin, with up to four strings.
 *
 * @returns what it answered; false with a warning when there is no such function or it failed
 * @remarks Source: the extension's source history; in its later versions.
 */
export const msession_call: PhpFunctions['msession_call'] = (...given) => functions().msession_call(...given);

/**
 * One fact about a session: EXIST (the default), TTL, AGE, TLA, CTIME, TOUCH or NOW, in any case. An unknown word
 * means EXIST.
 *
 * @returns the number; false, without a warning, when there is no such session (0 for EXIST)
 * @remarks Source: the extension's source history; in its later versions.
 */
export const msession_ctl: PhpFunctions['msession_ctl'] = (...given) => functions().msession_ctl(...given);

/**
 * Class, data and variables of a session in one array.
 *
 * @returns `classname`, `classdata`, then the variables; null with a warning when there is no such session
 * @remarks Source: the extension's source history; in its later versions.
 */
export const msession_get_object: PhpFunctions['msession_get_object'] = (...given) => functions().msession_get_object(...given);

/**
 * Writes data, variables and class of a session in one step; creates the session if there is none.
 *
 * @returns true; null with a warning when the server refuses
 * @remarks Source: the extension's source history; in its later versions.
 */
export const msession_save_object: PhpFunctions['msession_save_object'] = (...given) => functions().msession_save_object(...given);
