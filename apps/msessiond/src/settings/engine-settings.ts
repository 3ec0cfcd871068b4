// The settings about what holds the sessions: the embedded engine, or Redis and how it is reached. Part of the one schema.
import { isRedisAddress, redisAddressForms, withoutPassword } from './redis-address.js';
import { integerSetting, optionalTextSetting, textSetting, timeSetting } from './setting-kinds.js';

const pem = { group: 'Storage', placeholder: '<file>', limits: 'a path of a PEM file' } as const;
const secret = {
  group: 'Storage',
  placeholder: '<text>',
  limits: 'some text without line breaks',
  pattern: /^[^\r\n]+$/,
  isSecret: true,
} as const;

export const engineSettings = {
  engine: textSetting({
    group: 'Storage',
    placeholder: '<embedded|address>',
    default: 'embedded',
    limits: `embedded, or ${redisAddressForms}`,
    isUsable: (text) => text === 'embedded' || isRedisAddress(text),
    shown: withoutPassword,
    description: 'What holds the sessions: this process (embedded), or Redis or Valkey at an address',
  }),
  'engine-password': optionalTextSetting({
    ...secret,
    description: 'Password of the Redis servers, where it shall not stand in the address',
  }),
  'engine-sentinel-password': optionalTextSetting({
    ...secret,
    description: 'Password of the Sentinels, where they have one',
  }),
  'engine-tls-ca': optionalTextSetting({
    ...pem,
    description:
      'Certificates of those who may sign certificates of Redis servers, where the system does not know them',
  }),
  'engine-tls-cert': optionalTextSetting({
    ...pem,
    description: 'Certificate that is shown to the Redis servers, where they want one',
  }),
  'engine-tls-key': optionalTextSetting({ ...pem, description: 'Key of that certificate' }),
  'engine-timeout': timeSetting({
    group: 'Storage',
    unit: 'milliseconds',
    minimum: 50,
    maximum: 600_000,
    default: 2000,
    description: 'How long a Redis server may take to answer; behind it clients get UNAVAILABLE',
  }),
  'engine-replicas-ack': integerSetting({
    group: 'Storage',
    minimum: 0,
    maximum: 16,
    default: 0,
    description:
      'Replicas that must have a change before its reply leaves (WAIT); without them in engine-timeout the reply is UNAVAILABLE though the change stands; 0 waits for none',
  }),
} as const;
