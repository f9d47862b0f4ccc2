import type { StoreCapability } from './StoreCapabilities.ts'

/**
 * One promise, and a check of it. `run` rejects with an `Error` that has the difference when the promise is broken,
 * which is what test runners expect. Laws need no order, and may run concurrently: each creates a store of its own.
 *
 * @category model
 * @since 0.1.0
 */
export interface Law<Context> {
  readonly group: string
  readonly name: string
  /** A store that declines one of these capabilities is not held to the law. */
  readonly needs: ReadonlyArray<StoreCapability>
  readonly run: (context: Context) => Promise<void>
}

type UngroupedLaw<Context> = Omit<Law<Context>, 'group'>

/** The constructors of laws with one context. `rewindLaw` makes the laws that make the log go back. */
export const lawsWith = <Context>() => {
  const law = (
    name: string,
    run: Law<Context>['run'],
    ...needs: ReadonlyArray<StoreCapability>
  ): UngroupedLaw<Context> => ({ name, run, needs })
  const rewindLaw = (name: string, run: Law<Context>['run']): UngroupedLaw<Context> => law(name, run, 'rewinds')
  return { law, rewindLaw } as const
}

/** Creates the laws about one subject. `needs` lists the capabilities that all of them use. */
export const groupOf = <Context>(
  group: string,
  laws: ReadonlyArray<UngroupedLaw<Context>>,
  ...needs: ReadonlyArray<StoreCapability>
): ReadonlyArray<Law<Context>> => laws.map((one) => ({ ...one, group, needs: [...needs, ...one.needs] }))

/** Has each law run with a context that `provide` makes of another one. */
export const providing = <Given, Context>(
  laws: ReadonlyArray<Law<Context>>,
  provide: (given: Given, run: (context: Context) => Promise<void>) => Promise<void>,
): ReadonlyArray<Law<Given>> => laws.map((one) => ({ ...one, run: (given) => provide(given, one.run) }))
