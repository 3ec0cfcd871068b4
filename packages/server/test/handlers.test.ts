import { commandList } from '@msession/protocol';
import { expect, test } from 'vitest';
import { commandHandlers } from '../src/commands/index.js';
import { startServer } from './support/test-server.js';

test('the server has a handler for every command of the table that it answers, and for no other', () => {
  const inTable = commandList.filter((spec) => spec.handledBy === 'server').map((spec) => spec.name);
  expect([...commandHandlers.keys()].sort()).toEqual(inTable.sort());
});

test('every subcommand of the table is known to its container', async () => {
  const peer = await (await startServer()).connect();
  const subcommands = commandList.flatMap((spec) => spec.subcommands ?? []);
  expect(subcommands.length).toBeGreaterThan(10);
  for (const subcommand of subcommands) {
    const reply = await peer.call(...subcommand.name.split(' '));
    // without its arguments it may complain of their number, never of its name
    expect(reply instanceof Error ? reply.message : '').not.toContain('unknown subcommand');
  }
});
