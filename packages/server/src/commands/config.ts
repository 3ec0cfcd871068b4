import { matchesGlob } from '@msession/engine/shared';
import { commands } from '@msession/protocol';
import { defineContainer, defineSubcommand } from '../command-handler.js';
import { SettingFault } from '../settings-registry.js';

const [getSpec, setSpec, rewriteSpec, resetStatSpec] = commands.CONFIG.subcommands;

const get = defineSubcommand(getSpec, ({ context, request, sink, bound }) => {
  const { settings } = context;
  const { first, count } = bound.patterns;
  const patterns = Array.from({ length: count }, (_, i) => Buffer.from(request.text(first + i).toLowerCase()));
  const names = settings.names.filter((name) => {
    const bytes = Buffer.from(name);
    return patterns.some((pattern) => matchesGlob(pattern, bytes, 0, bytes.length));
  });
  sink.map(names.length);
  for (const name of names) {
    sink.bulkText(name);
    sink.bulkText(settings.get(name) ?? '');
  }
  return undefined;
});

const set = defineSubcommand(setSpec, ({ context, request, sink, bound }) => {
  const { first, count } = bound.settings;
  const changes = Array.from(
    { length: count },
    (_, i) => [request.text(first + i * 2).toLowerCase(), request.text(first + i * 2 + 1)] as const,
  );
  try {
    context.settings.setAll(changes);
  } catch (error) {
    if (!(error instanceof SettingFault)) throw error;
    sink.error('ERR', `${error.message}; nothing was changed`);
    return undefined;
  }
  context.logger.info({ settings: changes.map(([name]) => name) }, 'settings changed');
  sink.ok();
  return undefined;
});

const rewrite = defineSubcommand(rewriteSpec, ({ context, sink }) => {
  if (context.rewriteConfig === null) {
    sink.error('ERR', 'this server runs without a configuration file; there is nothing to rewrite');
    return undefined;
  }
  return context.rewriteConfig().then(
    () => (late) => late.ok(),
    (error: unknown) => (late) =>
      late.error('ERR', error instanceof Error ? error.message : 'the file was not written'),
  );
});

const resetStat = defineSubcommand(resetStatSpec, ({ context, sink }) => {
  context.statistics.reset();
  sink.ok();
  return undefined;
});

export const config = defineContainer(commands.CONFIG, [get, set, rewrite, resetStat]);
