// The functions as types, with what PHP returned and when. From this file `npm run generate` makes the functions that the
// package exports by name, for await and for the synchronous entry, so that each carries its description.

/** What may be given for a string or a number: it is converted as PHP converts it. */
export type PhpValue = string | number | bigint | boolean | null | undefined | Uint8Array | object;

/** Names and values: an object, an array (its indexes are the names) or a Map. */
export type PhpArrayInput = Readonly<Record<string, PhpValue>> | readonly PhpValue[] | ReadonlyMap<PhpValue, PhpValue>;

/** An associative array: an object without a prototype, so that every name is only a name. */
export type PhpArray<Text extends string | Buffer = string> = Record<string, Text>;

/**
 * All functions under their PHP names. Beside what is said of each: a wrong number of arguments warns
 * "Wrong parameter count for f()" and answers null; without a connection, and with nowhere to connect to, all but
 * `msession_connect` and `msession_disconnect` warn "Msession not initialized" and answer false.
 *
 * `Text` is string, or Buffer where the facade was made with `encoding: 'buffer'`.
 */
export interface PhpFunctions<Text extends string | Buffer = string> {
  /**
   * Connects, instead of an earlier connection. Port "0" or "" is 8086; the host may be an address such as
   * `tls://host` or `unix:///path`, too.
   *
   * @returns true; false with a warning "MSession connect failed" when nobody answers
   * @remarks Source: the PHP manual.
   */
  msession_connect(host: PhpValue, port: PhpValue): Promise<boolean | null>;
  /**
   * Disconnects. From then on nothing connects by itself, until `msession_connect`.
   *
   * @returns null, always
   * @remarks Source: the PHP manual.
   */
  msession_disconnect(): Promise<null>;
  /**
   * How many sessions live, without sub-sessions and `globals`.
   *
   * @returns the number; 0, without a warning, when the server refuses
   * @remarks Source: the PHP manual.
   */
  msession_count(): Promise<number | false | null>;
  /**
   * Makes a session. The class defaults to `phpsession`.
   *
   * @returns true; false with a warning when it exists already
   * @remarks Source: the PHP manual; class and data: the extension's source history.
   */
  msession_create(session: PhpValue, classname?: PhpValue, data?: PhpValue): Promise<boolean | null>;
  /**
   * Destroys a session, with its variables, lock and sub-sessions.
   *
   * @returns true, always: with a warning when there is no such session or no connection
   * @remarks Source: the PHP manual.
   */
  msession_destroy(name: PhpValue): Promise<true | null>;
  /**
   * Takes the lock of a session for 30 seconds. It does not wait, and it is not freed by the end of the connection.
   *
   * @returns the key for `msession_unlock`; false with a warning when another holds it or there is no such session
   * @remarks Source: the PHP manual.
   */
  msession_lock(name: PhpValue): Promise<number | false | null>;
  /**
   * Frees a lock.
   *
   * @returns 1; false with a warning when the key does not hold it
   * @remarks Source: the PHP manual.
   */
  msession_unlock(session: PhpValue, key: PhpValue): Promise<number | false | null>;
  /**
   * Sets a variable of a session.
   *
   * @returns true; false with a warning when there is no such session
   * @remarks Source: the PHP manual.
   */
  msession_set(session: PhpValue, name: PhpValue, value: PhpValue): Promise<boolean | null>;
  /**
   * Reads a variable of a session.
   *
   * @returns its value; the default, as a string, where the session lacks it; null with a warning when there is no
   * such session
   * @remarks Source: the PHP manual.
   */
  msession_get(session: PhpValue, name: PhpValue, defaultValue: PhpValue): Promise<Text | false | null>;
  /**
   * Finds sessions by the value of a variable.
   *
   * @returns their ids, in the order in which they were created; null when none match, and with a warning when the
   * server refuses
   * @remarks Source: the PHP manual.
   */
  msession_find(name: PhpValue, value: PhpValue): Promise<Text[] | false | null>;
  /**
   * All sessions.
   *
   * @returns their ids; null when there are none, and with a warning when the server refuses
   * @remarks Source: the PHP manual.
   */
  msession_list(): Promise<Text[] | false | null>;
  /**
   * All variables of a session.
   *
   * @returns name => value, empty when it has none; null without a warning when there is no such session
   * @remarks Source: the PHP manual.
   */
  msession_get_array(session: PhpValue): Promise<PhpArray<Text> | false | null>;
  /**
   * Sets many variables at once, all or none. Indexes of an array become names; the original left them out.
   *
   * @returns null; with a warning when there is no such session or the second argument is no array
   * @remarks Source: the PHP manual.
   */
  msession_set_array(session: PhpValue, variables: PhpArrayInput): Promise<false | null>;
  /**
   * All sessions that have a variable.
   *
   * @returns value => session, as the manual says; of equal values the session created last wins. Empty when there
   * are none. With the option `listvar: 'session'`: session => value, which loses nothing. Null with a warning when the
   * server refuses
   * @remarks Source: the PHP manual.
   */
  msession_listvar(name: PhpValue): Promise<PhpArray<Text> | false | null>;
  /**
   * Sets the seconds that a session lives after its last access: 0 never ends, below 0 is the server's default.
   *
   * @returns the seconds in force; with one argument it only reads. Null with a warning when there is no such session
   * @remarks Source: the PHP manual.
   */
  msession_timeout(session: PhpValue, seconds?: PhpValue): Promise<number | false | null>;
  /**
   * Adds one to a variable; a missing one counts as 0.
   *
   * @returns the new value, as a string; false with a warning when there is no such session or it is no number
   * @remarks Source: the PHP manual.
   */
  msession_inc(session: PhpValue, name: PhpValue): Promise<Text | false | null>;
  /**
   * Adds a number to a variable; a missing one counts as 0.
   *
   * @returns the new value, as a string; null with a warning when there is no such session or one is no number
   * @remarks Source: the extension's source history; in its later versions.
   */
  msession_add(session: PhpValue, name: PhpValue, value: PhpValue): Promise<Text | false | null>;
  /**
   * Multiplies a variable and divides it.
   *
   * @returns value * multiplier / divisor, as a string; null with a warning when there is no such session, one is no
   * number, or the divisor is 0
   * @remarks Source: the extension's source history; in its later versions.
   */
  msession_muldiv(
    session: PhpValue,
    name: PhpValue,
    multiplier: PhpValue,
    divisor: PhpValue,
  ): Promise<Text | false | null>;
  /**
   * The unstructured data of a session.
   *
   * @returns the data; null, without a warning, when there is none, no such session, or the server refuses
   * @remarks Source: the PHP manual.
   */
  msession_get_data(session: PhpValue): Promise<Text | false | null>;
  /**
   * The old name of `msession_get_data`.
   *
   * @returns the data; null, without a warning, when there is none, no such session, or the server refuses
   * @remarks Source: an early edition of the PHP manual.
   */
  msession_getdata(session: PhpValue): Promise<Text | false | null>;
  /**
   * Writes the unstructured data of a session; creates the session if there is none.
   *
   * @returns true; false with a warning when the server refuses
   * @remarks Source: the PHP manual.
   */
  msession_set_data(session: PhpValue, value: PhpValue): Promise<boolean | null>;
  /**
   * The old name of `msession_set_data`.
   *
   * @returns true; false with a warning when the server refuses
   * @remarks Source: an early edition of the PHP manual.
   */
  msession_setdata(session: PhpValue, value: PhpValue): Promise<boolean | null>;
  /**
   * Makes a session under a new id of so many letters and digits. The class defaults to `phpsession`.
   *
   * @returns the id, unique on the server; null with a warning when the length is not 1 to 255
   * @remarks Source: the PHP manual; class and data: the extension's source history.
   */
  msession_uniq(length: PhpValue, classname?: PhpValue, data?: PhpValue): Promise<Text | false | null>;
  /**
   * Random letters and digits, from a source fit for secrets.
   *
   * @returns so many of them; null with a warning when the length is not 1 to 65536
   * @remarks Source: the PHP manual.
   */
  msession_randstr(length: PhpValue): Promise<Text | false | null>;
  /**
   * Calls the personality plugin's escape for a session.
   *
   * @returns what the plugin answered; false with a warning when there is no plugin or it failed
   * @remarks Source: the PHP manual.
   */
  msession_plugin(session: PhpValue, value: PhpValue, parameter?: PhpValue): Promise<Text | false | null>;
  /**
   * Calls a function of a plugin, with up to four strings.
   *
   * @returns what it answered; false with a warning when there is no such function or it failed
   * @remarks Source: the extension's source history; in its later versions.
   */
  msession_call(
    functionName: PhpValue,
    first?: PhpValue,
    second?: PhpValue,
    third?: PhpValue,
    fourth?: PhpValue,
  ): Promise<Text | false | null>;
  /**
   * One fact about a session: EXIST (the default), TTL, AGE, TLA, CTIME, TOUCH or NOW, in any case. An unknown word
   * means EXIST.
   *
   * @returns the number; false, without a warning, when there is no such session (0 for EXIST)
   * @remarks Source: the extension's source history; in its later versions.
   */
  msession_ctl(session: PhpValue, what?: PhpValue): Promise<number | false | null>;
  /**
   * Class, data and variables of a session in one array.
   *
   * @returns `classname`, `classdata`, then the variables; null with a warning when there is no such session
   * @remarks Source: the extension's source history; in its later versions.
   */
  msession_get_object(session: PhpValue): Promise<PhpArray<Text> | false | null>;
  /**
   * Writes data, variables and class of a session in one step; creates the session if there is none.
   *
   * @returns true; null with a warning when the server refuses
   * @remarks Source: the extension's source history; in its later versions.
   */
  msession_save_object(
    session: PhpValue,
    data: PhpValue,
    variables?: PhpArrayInput,
    classname?: PhpValue,
  ): Promise<boolean | null>;
}

/** The functions of the synchronous entry: the same, without promises. */
export type SyncPhpFunctions<Text extends string | Buffer = string> = {
  readonly [Name in keyof PhpFunctions<Text>]: (
    ...parameters: Parameters<PhpFunctions<Text>[Name]>
  ) => Awaited<ReturnType<PhpFunctions<Text>[Name]>>;
};
