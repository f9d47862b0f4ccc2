import * as sound from '@foldlog/subscriptions'
import type {
  EventHandlerUnderLaw,
  HandlerRuntimeStore,
  HandlerUnderLaw,
  ProcessManagerUnderLaw,
  RuntimeUnderLaw,
  RuntimeUnderLawOptions,
  SubscriptionsModule,
} from '@foldlog/testing/laws'

/**
 * A planted fault: the description of a faulty runtime or of its faulty surroundings, the law that must detect it (as
 * `group: beginning of the name`), and the message of that law.
 */
export interface SubscriptionFault {
  readonly fault: string
  readonly caughtBy: string
  readonly says: string
  /** The law detects the fault because it waits in vain: it takes as long as its patience. */
  readonly waitsInVain?: true
  readonly make: () => SubscriptionsModule
}

type Options = RuntimeUnderLawOptions

/** The runtimes that the laws have started, so that tests can really stop them: some faults prevent that. */
const started = new Set<sound.HandlerRuntime>()

export const stopAll = async (): Promise<void> => {
  await Promise.all([...started].map((runtime) => runtime.stop()))
  started.clear()
}

const start = (options: Options): RuntimeUnderLaw => {
  const runtime = sound.makeHandlerRuntime(options)
  started.add(runtime)
  return runtime
}

/** A runtime whose options are changed before it sees them. */
const onOptions = (change: (options: Options) => Options): SubscriptionsModule => ({
  ...sound,
  makeHandlerRuntime: (options) => start(change(options)),
})

/** A runtime that uses another store than the laws. */
export const onStore =
  (replace: (store: HandlerRuntimeStore) => Partial<HandlerRuntimeStore>): SubscriptionFault['make'] =>
  () => {
    const change = (store: HandlerRuntimeStore): HandlerRuntimeStore => ({ ...store, ...replace(store) })
    return {
      ...onOptions((options) => ({ ...options, store: change(options.store) })),
      subscribe: (options) => sound.subscribe({ ...options, store: change(options.store) }),
      pull: (options) => sound.pull({ ...options, store: change(options.store) }),
    }
  }

/** A runtime that does something else than its handlers. */
export const onHandlers =
  (change: (handler: HandlerUnderLaw) => HandlerUnderLaw): SubscriptionFault['make'] =>
  () =>
    onOptions((options) => ({ ...options, handlers: options.handlers.map(change) }))

export const onEventHandlers = (change: (handler: EventHandlerUnderLaw) => EventHandlerUnderLaw) =>
  onHandlers((handler) => (handler._tag === 'EventHandler' ? change(handler) : handler))

export const onProcessManagers = (change: (manager: ProcessManagerUnderLaw) => ProcessManagerUnderLaw) =>
  onHandlers((handler) => (handler._tag === 'ProcessManager' ? change(handler) : handler))

/** A runtime with another dispatcher. */
export const onDispatch =
  (
    change: (dispatch: NonNullable<Options['dispatch']>) => NonNullable<Options['dispatch']>,
  ): SubscriptionFault['make'] =>
  () =>
    onOptions((options) =>
      options.dispatch === undefined ? options : { ...options, dispatch: change(options.dispatch) },
    )

/** A runtime with other functions. */
export const onRuntime =
  (replace: (runtime: RuntimeUnderLaw) => Partial<RuntimeUnderLaw>): SubscriptionFault['make'] =>
  () => ({
    ...sound,
    makeHandlerRuntime: (options) => {
      const runtime = start(options)
      return { ...runtime, ...replace(runtime) }
    },
  })

/** A runtime that treats parked events otherwise. */
export const onParked =
  (
    replace: (parked: SubscriptionsModule['ParkedEvent']) => Partial<SubscriptionsModule['ParkedEvent']>,
  ): SubscriptionFault['make'] =>
  () => ({ ...onOptions((options) => options), ParkedEvent: { ...sound.ParkedEvent, ...replace(sound.ParkedEvent) } })
