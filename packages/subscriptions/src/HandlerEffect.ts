import type { either as E, taskEither as TE } from 'fp-ts'

/**
 * The effect of a handler: a `TaskEither`, or a `ReaderTaskEither`, which gets the `env` of the runtime.
 *
 * @category model
 * @since 0.1.0
 */
export type HandlerEffect<Env, Err> = (env: Env) => Promise<E.Either<Err, unknown>> | TE.TaskEither<Err, unknown>

/**
 * What a handler with this environment returns: a plain `TaskEither` when it needs none.
 *
 * @category type level
 * @since 0.1.0
 */
export type EffectIn<Env, Err> = unknown extends Env ? TE.TaskEither<Err, unknown> : HandlerEffect<Env, Err>

/** The effects of a record of cases, as a union. */
type EffectOf<Cases> = {
  readonly [K in keyof Cases]-?: Cases[K] extends (...input: never) => infer R ? R : never
}[keyof Cases]

/** A function of the environment. A union of such functions infers the intersection of their parameters. */
type EnvSink<Effect> = Effect extends (env: infer Env) => unknown ? (env: Env) => void : never

/**
 * The environment that all these effects need together; `unknown` when none of them needs one.
 *
 * @category type level
 * @since 0.1.0
 */
export type EnvOfEffect<Effect> = EnvSink<Effect> extends (env: infer Env) => void ? Env : never

/**
 * The environment that the effects of these cases need together.
 *
 * @category type level
 * @since 0.1.0
 */
export type EnvIn<Cases> = EnvOfEffect<EffectOf<Cases>>
