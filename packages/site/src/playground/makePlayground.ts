import { describeError } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, Views } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'
import { guests, type Seat, type SeatCommand, type SeatError, seats, unpaid } from './theatre.ts'

/** What the page shows of the log. */
export interface LogLine {
  readonly position: number
  readonly stream: string
  readonly version: number
  readonly type: string
  readonly data: string
  readonly time: string
}

/** All that the page shows, read anew after each event. */
export interface Shown {
  readonly log: ReadonlyArray<LogLine>
  readonly seats: ReadonlyArray<Seat & { readonly name: string }>
  readonly guests: ReadonlyArray<
    readonly [string, { readonly Booked: number; readonly Paid: number; readonly Released: number }]
  >
}

export interface Playground {
  /** Sends a command; the result is a sentence about it. */
  readonly send: (command: SeatCommand) => Promise<string>
  readonly read: () => Promise<Shown>
  /** Calls back when something was stored, also by the process. */
  readonly onChange: (changed: () => void) => () => void
  readonly stop: () => Promise<void>
}

export const seatNames: ReadonlyArray<string> = ['A1', 'A2', 'A3', 'B1', 'B2', 'B3']

const isSeatError = (error: { readonly _tag: string }): error is SeatError =>
  ['NotFree', 'NotBooked', 'PaidAlready'].includes(error._tag)

const describeSeatError = (error: SeatError): string => {
  switch (error._tag) {
    case 'NotFree':
      return `NotFree: the seat belongs to ${error.by}`
    case 'NotBooked':
      return 'NotBooked: nobody has the seat'
    case 'PaidAlready':
      return `PaidAlready: ${error.by} has paid`
  }
}

/** The right, or an empty answer: the store is in the page, and always answers. */
const orElse = <A>(answer: E.Either<unknown, A>, otherwise: A): A => (E.isRight(answer) ? answer.right : otherwise)

/** A whole application in the page: a store, a dispatcher, a projection and a process with a timer. */
export const makePlayground = async (): Promise<Playground> => {
  const store = makeMemoryStore()
  const dispatcher = makeDispatcher({ store, aggregates: [seats] })
  const runtime = makeHandlerRuntime({ store, handlers: [guests, unpaid], dispatch: dispatcher.dispatch })
  const views = Views.make(guests, store)
  await runtime.start()

  const send = async (command: SeatCommand): Promise<string> => {
    const done = await dispatcher.dispatch(command)()
    if (E.isLeft(done)) return isSeatError(done.left) ? describeSeatError(done.left) : describeError(done.left)
    return done.right.events
      .map(({ event, stream, version }) => `${event.type}: event ${version} of ${stream}`)
      .join(', ')
  }

  const read = async (): Promise<Shown> => {
    const settled = orElse(await store.settledPosition(), 0)
    await runtime.waitFor(['guests'], settled)()
    const page = await store.readLog({ count: 1_000 })()
    const events = E.isRight(page) ? page.right.events : []
    const states = await Promise.all(seatNames.map((name) => dispatcher.load(seats, name)()))
    const listed = await views.list()()
    return {
      log: events.toReversed().map(({ position, stream, version, type, data, recordedAt }) => ({
        position,
        stream,
        version,
        type,
        data: JSON.stringify(data),
        time: recordedAt.toLocaleTimeString('en-GB'),
      })),
      seats: seatNames.map((name, i) => {
        const loaded = states[i]
        return {
          name,
          ...(loaded !== undefined && E.isRight(loaded) ? loaded.right.state : seats.decider.initialState),
        }
      }),
      guests: E.isRight(listed) ? listed.right.views : [],
    }
  }

  return {
    send,
    read,
    onChange: store.onAppend,
    stop: async () => {
      await runtime.stop()
      await dispatcher.stop()
    },
  }
}
