import { commands } from '@msession/protocol';
import { defineContainer, defineSubcommand } from '../command-handler.js';

const [getSpec, locksSpec, lenSpec, resetSpec] = commands.SLOWLOG.subcommands;

const get = defineSubcommand(getSpec, ({ context, sink, bound }) => {
  const entries = context.slowlog.latest(bound.count ?? 10);
  sink.array(entries.length);
  for (const entry of entries) {
    sink.array(6);
    sink.integer(entry.number);
    sink.integer(Math.floor(entry.atMs / 1000));
    sink.integer(entry.microseconds);
    sink.array(entry.words.length);
    for (const word of entry.words) sink.bulkText(word);
    sink.bulkText(entry.address);
    sink.bulkText(entry.clientName);
  }
  return undefined;
});

const locks = defineSubcommand(locksSpec, ({ context, sink, bound }) => {
  const entries = context.lockWaits.latest(bound.count ?? 10);
  sink.array(entries.length);
  for (const entry of entries) {
    const fields = Object.entries(entry);
    sink.map(fields.length);
    for (const [name, value] of fields) {
      sink.bulkText(name);
      if (typeof value === 'number') sink.integer(value);
      else sink.bulkText(value);
    }
  }
  return undefined;
});

const len = defineSubcommand(lenSpec, ({ context, sink }) => {
  sink.integer(context.slowlog.length);
  return undefined;
});

const reset = defineSubcommand(resetSpec, ({ context, sink }) => {
  context.slowlog.clear();
  context.lockWaits.clear();
  sink.ok();
  return undefined;
});

export const slowlog = defineContainer(commands.SLOWLOG, [get, locks, len, reset]);
