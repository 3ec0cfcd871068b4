// The settings about who may reach the server and how: users, addresses, TLS, the admin port. Part of the one schema.
import { defaultServerLimits } from '@msession/server';
import { z } from 'zod';
import { settingFacts } from './setting-facts.js';
import {
  integerSetting,
  listSetting,
  optionalIntegerSetting,
  optionalTextSetting,
  switchSetting,
  textSetting,
} from './setting-kinds.js';

const isReloadable = true;
const rightWord = z.enum(['read', 'write', 'admin']);

const userTable = z
  .strictObject({ 'password-hash': z.string(), rights: z.array(rightWord) })
  .transform((table) => ({ passwordHash: table['password-hash'], rights: table.rights }));

const userLimits =
  "tables [users.NAME] with password-hash (as 'msession hash-password' prints it) and rights, a list of read, write, admin";

/** Users stand in the file alone: a hash on a command line or in an environment would be no secret. */
const users = z
  .record(z.string(), userTable, { error: userLimits })
  .default({})
  .register(settingFacts, {
    group: 'Access',
    description: 'Users with hashed passwords and rights; write includes read, admin includes neither',
    placeholder: '<tables>',
    limits: userLimits,
    defaultText: '',
    isChangeable: false,
    isReloadable,
    isSecret: true,
    isRepeatable: false,
    isSwitch: false,
    sources: ['file'],
  });

const address = {
  placeholder: '<address>',
  limits: 'an address or host name to listen on, without port',
  pattern: /^[A-Za-z0-9_.:%-]+$/,
};
const port = { placeholder: '<port>', minimum: 0, maximum: 65_535 };
const pem = { placeholder: '<file>', limits: 'a path of a PEM file' };

export const adminSettings = {
  'admin-port': optionalIntegerSetting({
    ...port,
    group: 'Listening',
    description: 'Port of /metrics, /healthz and /readyz over HTTP; 0 takes a free one, none is off',
  }),
  'admin-host': textSetting({
    ...address,
    group: 'Listening',
    default: '127.0.0.1',
    description: 'Address of the admin port; another than loopback needs admin-token',
  }),
} as const;

export const tlsSettings = {
  'tls-port': optionalIntegerSetting({
    ...port,
    group: 'Listening',
    description: 'Port for TLS, beside the plain one; 0 takes a free one, none is off',
  }),
  'tls-host': optionalTextSetting({
    ...address,
    group: 'Listening',
    description: 'Address of the TLS port, where it is another than host',
  }),
  'tls-cert': optionalTextSetting({
    ...pem,
    group: 'Listening',
    isReloadable,
    description: 'Certificate of the TLS port, behind it those that lead to its root; SIGHUP reads it again',
  }),
  'tls-key': optionalTextSetting({ ...pem, group: 'Listening', isReloadable, description: 'Key of that certificate' }),
  'tls-ca': optionalTextSetting({
    ...pem,
    group: 'Listening',
    isReloadable,
    description: 'Certificates of those who may sign certificates of clients',
  }),
  'tls-require-client-cert': switchSetting({
    group: 'Listening',
    description: 'Clients of the TLS port must show a certificate that tls-ca signed',
  }),
} as const;

export const accessSettings = {
  users,
  allow: listSetting({
    group: 'Access',
    isReloadable,
    placeholder: '<network>',
    limits: 'addresses and networks like 10.0.0.0/8, 192.0.2.7 or ::1',
    description: 'Addresses and networks that may connect; none: all. Unix sockets and the admin port are not asked',
  }),
  'admin-token': optionalTextSetting({
    group: 'Access',
    placeholder: '<text>',
    limits: 'some text without line breaks',
    pattern: /^[^\r\n]+$/,
    isSecret: true,
    description: 'What `Authorization: Bearer` must carry for /metrics',
  }),
  'max-password-failures': integerSetting({
    group: 'Access',
    isChangeable: true,
    minimum: 1,
    maximum: 1_000_000,
    default: defaultServerLimits.maxPasswordFailures,
    description: 'Wrong passwords in a row behind which a connection is closed',
  }),
} as const;
