// A command as one line: `SLOCK id [WAIT waitMs] [CREATE]`. For help, hints and the reference page.
import type { ArgumentSpec, CommandSpec } from './command-spec.js';

/** The command's name and arguments as one types them; optional ones in brackets. One line for each form. */
export function commandUsage(spec: CommandSpec): string[] {
  const lines = [usageLine(spec, spec.arguments)];
  if (spec.guardedForm !== undefined) lines.push(usageLine(spec, spec.guardedForm));
  return lines;
}

function usageLine(spec: CommandSpec, form: readonly ArgumentSpec[]): string {
  return [spec.name, ...form.map(argumentUsage)].join(' ');
}

/** One argument as one types it. */
export function argumentUsage(spec: ArgumentSpec): string {
  switch (spec.kind) {
    case 'positional':
      return spec.optional === true ? `[${spec.name}]` : spec.name;
    case 'word':
      return spec.optional === true ? `[${spec.words.join('|')}]` : spec.words.join('|');
    case 'rest': {
      const item = spec.pair === undefined ? singular(spec.name) : 'name value';
      return spec.minimum === 0 ? `[${item} ...]` : `${item} [${item} ...]`;
    }
    case 'option':
      return spec.required === true ? `${spec.token} ${spec.name}` : `[${spec.token} ${spec.name}]`;
    case 'flag':
      return `[${spec.token}]`;
    case 'choice':
      return `[${spec.tokens.join('|')}]`;
    case 'counted': {
      const list = `${spec.token} count ${spec.pair === undefined ? 'name' : 'name value'} ...`;
      return spec.required === true ? list : `[${list}]`;
    }
  }
}

/** `names` hold a name each. */
export function singular(name: string): string {
  return name.endsWith('s') ? name.slice(0, -1) : name;
}
