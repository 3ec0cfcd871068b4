// src/bound-shapes.generated.ts: for each form of arguments in the table a function that makes its bound object. Object
// literals with written names are made in one step, which computed names are not.
import { type ArgumentSpec, type CommandSpec, commandList } from '../src/index.js';

export function boundShapesModule(): string {
  const forms = new Map<string, readonly ArgumentSpec[]>();
  const add = (form: readonly ArgumentSpec[]) => forms.set(form.map((argument) => argument.name).join(), form);
  const addAll = (spec: CommandSpec) => {
    add(spec.arguments);
    if (spec.guardedForm !== undefined) add(spec.guardedForm);
    for (const subcommand of spec.subcommands ?? []) addAll(subcommand);
  };
  commandList.forEach(addAll);
  const lines = [...forms].map(([key, form]) => {
    const fields = form.map((argument, slot) => `${argument.name}: v[${slot}]`).join(', ');
    return `  '${key}': (${form.length === 0 ? '' : 'v'}) => (${form.length === 0 ? '{}' : `{ ${fields} }`}),`;
  });
  return [
    '// Generated from the command table by `npm run generate`; edits here are lost. See argument-form.ts.',
    '',
    '/** By the names of a form: its bound object from the values in their slots. */',
    'export const boundShapes: Readonly<Record<string, (values: readonly unknown[]) => Record<string, unknown>>> = {',
    ...lines.sort(),
    '};',
    '',
  ].join('\n');
}
