import type { AnyCommandCodec, Command, CommandCodec } from '@foldlog/core'
import type { CommandTarget as Target } from '@foldlog/core/store'

/**
 * The target of a process's commands: an aggregate, a joint decision, a boundary, or a command codec. Commands to an
 * aggregate that was made with a list of its command types have no codec, and must be JSON: other types do not compile.
 *
 * @category model
 * @since 0.1.0
 */
export type CommandTarget = Target

/**
 * The commands of a list of targets, as a union.
 *
 * @category type level
 * @since 0.1.0
 */
export type CommandTo<Targets extends ReadonlyArray<CommandTarget>> = Targets[number] extends infer One
  ? One extends CommandCodec<infer C>
    ? C
    : One extends { readonly id: (command: infer C extends Command) => unknown }
      ? C
      : One extends { readonly ids: (command: infer C extends Command) => unknown }
        ? C
        : One extends { readonly reads: (command: infer C extends Command) => unknown }
          ? C
          : never
  : never

/** The levels of data that are looked at: a type may contain itself. */
type Levels = [1, 1, 1, 1, 1, 1, 1, 1]

type Primitive = string | number | boolean | null

/**
 * `true` where a part of a value has no JSON form, `never` where all of it has one. `unknown` has one, because nothing
 * is known of it. A class shows itself by its methods. A property may be `undefined` only when it is optional.
 */
type PartsWithoutJson<T, Left extends ReadonlyArray<unknown>> = Left extends readonly [unknown, ...infer Rest]
  ? unknown extends T
    ? never
    : T extends Primitive
      ? never
      : T extends undefined | bigint | symbol | ((...args: never) => unknown)
        ? true
        : T extends ReadonlyArray<infer Element>
          ? PartsWithoutJson<Element, Rest>
          : T extends object
            ? { [K in keyof T]-?: PartsWithoutJson<OptionalPart<T, K>, Rest> }[keyof T]
            : never
  : never

type OptionalPart<T, K extends keyof T> = Record<never, never> extends Pick<T, K> ? Exclude<T[K], undefined> : T[K]

/** The types of the commands whose data has no JSON form. */
type WithoutJson<C extends Command> = C extends { readonly type: infer Type; readonly data: infer Data }
  ? [PartsWithoutJson<Data, Levels>] extends [never]
    ? never
    : Type
  : never

/** Whether the type of a target shows that it has no codec. An aggregate whose type does not say it may have one. */
type HasNoCodec<Target> = Target extends AnyCommandCodec
  ? false
  : 'commandCodec' extends keyof Target
    ? [Target['commandCodec' & keyof Target]] extends [undefined]
      ? true
      : false
    : true

/**
 * No constraint when the commands of a target are JSON or may have a codec; otherwise the target must have the codec.
 *
 * @category type level
 * @since 0.1.0
 */
export type SendableTo<Target extends CommandTarget> = [WithoutJson<CommandTo<readonly [Target]>>] extends [never]
  ? unknown
  : HasNoCodec<Target> extends true
    ? { readonly commandCodec: CommandCodec<CommandTo<readonly [Target]>> }
    : unknown

/**
 * {@link SendableTo} for each target of a list.
 *
 * @category type level
 * @since 0.1.0
 */
export type AllSendable<Targets extends ReadonlyArray<CommandTarget>> = {
  readonly [I in keyof Targets]: SendableTo<Targets[I]>
}

/**
 * No constraint when all these commands are JSON; otherwise the process manager must name their targets, which have
 * codecs.
 *
 * @category type level
 * @since 0.1.0
 */
export type SendableWithout<C extends Command> = [WithoutJson<C>] extends [never]
  ? unknown
  : { readonly to: { readonly 'commands that are no JSON need the codec of a target': WithoutJson<C> } }
