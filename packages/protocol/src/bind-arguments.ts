// Turns the words of a request into named arguments, as its command's spec says, and finds what is wrong with them.
// Bound bytes stay where they are: an argument of bytes is bound as its index in the request (0: not given), so
// nothing is copied before a handler decides to.
import type { ArgumentFault, ArgumentLimits, BoundRun } from './argument-checks.js';
import { compileForm } from './argument-form.js';
import type { ArgumentSpec, ArgumentType, CommandSpec } from './command-spec.js';
import type { Request } from './request.js';

type BoundValue<Type extends ArgumentType> = number & { readonly __type?: Type };

type BoundOne<Argument> = Argument extends { kind: 'flag' }
  ? boolean
  : Argument extends { kind: 'rest' | 'counted' }
    ? BoundRun
    : Argument extends { kind: 'word'; words: readonly (infer Word)[]; optional: true }
      ? Word | undefined
      : Argument extends { kind: 'word'; words: readonly (infer Word)[] }
        ? Word
        : Argument extends { kind: 'choice'; tokens: readonly (infer Token)[] }
          ? Token | undefined
          : Argument extends { type: 'integer' }
            ? Argument extends { kind: 'positional'; optional: true }
              ? number | undefined
              : Argument extends { kind: 'option' }
                ? Argument extends { required: true }
                  ? number
                  : number | undefined
                : number
            : Argument extends { type: infer Type extends ArgumentType }
              ? BoundValue<Type>
              : never;

/** Arguments by name: bytes as request index (0: absent), integers as numbers, words and choices as upper-case text. */
export type BoundArguments<Spec extends CommandSpec> = {
  readonly [Argument in Spec['arguments'][number] as Argument['name']]: BoundOne<Argument>;
} & (Spec extends { guardedForm: readonly ArgumentSpec[] }
  ? { readonly [Argument in Spec['guardedForm'][number] as Argument['name']]?: BoundOne<Argument> }
  : unknown);

export type Binder<Spec extends CommandSpec = CommandSpec> = (
  request: Request,
  limits: ArgumentLimits,
) => BoundArguments<Spec> | ArgumentFault;

/**
 * Compiles a spec into a binder. `firstArgument` is 1, or 2 for a subcommand (behind `CONTAINER SUB`).
 * The binder answers an `ArgumentFault` (never throws) with code ERR, or BADLEN for what is too long.
 */
export function compileBinder<Spec extends CommandSpec>(spec: Spec, firstArgument = 1): Binder<Spec> {
  const plain = compileForm(spec.name, spec.arguments, firstArgument);
  if (spec.guardedForm === undefined) return plain as Binder<Spec>;
  const guarded = compileForm(spec.name, spec.guardedForm, firstArgument);
  const tokens = spec.guardedForm.flatMap((argument) => ('token' in argument ? [argument.token] : []));
  const [guard = '', list = ''] = tokens;
  return ((request: Request, limits: ArgumentLimits) =>
    // both tokens in their places mean the guarded form, also when the rest of it is wrong: falling back to the
    // plain form would write without the guard that was asked for
    request.count > firstArgument + 3 &&
    request.isToken(firstArgument + 1, guard) &&
    request.isToken(firstArgument + 3, list)
      ? guarded(request, limits)
      : plain(request, limits)) as Binder<Spec>;
}
