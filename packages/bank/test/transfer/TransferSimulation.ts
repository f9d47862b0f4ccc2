import {
  type Account,
  type AccountCommand,
  type AccountEvent,
  account,
  type Transfer,
  type TransferCommand,
  type TransferEvent,
  type TransferProcessCommand,
  TransferState,
  transfer,
  transferProcess,
} from '@foldlog/bank'
import { Decider, EventId, type Recorded, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { valid } from '../account/fixtures.ts'

type ProcessEvent = AccountEvent | TransferEvent
type Input = Parameters<typeof process.react>[1]

const process = transferProcess(1_000)
const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left))
  return either.right
}
const nextId = EventId.source({ now: () => 0, random: () => 0.5 })

interface Waiting {
  readonly key: string
  readonly command: TransferProcessCommand
}

const isOfTransfer = (command: TransferProcessCommand): command is TransferCommand =>
  transfer.commands.some((type) => type === command.type)

/**
 * Accounts, transfers and the process in memory, where all steps can happen in any order: sent commands are carried out
 * now, later, twice, or fail, carried out or not; timers fire at any time; events reach the process in the order of the
 * log.
 */
export const makeTransferSimulation = () => {
  const log: Array<Recorded<ProcessEvent>> = []
  const states = new Map<string, TransferState>()
  const timers = new Map<string, Set<string>>()
  const waiting: Array<Waiting> = []
  const past: Array<Waiting> = []
  let heard = 0

  const eventsOf = (name: string): ReadonlyArray<ProcessEvent> =>
    log.flatMap(({ stream, event }) => (stream === name ? [event] : []))
  // Only events of accounts are appended to streams of accounts, and the same of transfers: see `carryOut`.
  const accountOf = (id: string): Account =>
    Decider.fold(account.decider)(eventsOf(`account-${id}`) as ReadonlyArray<AccountEvent>)
  const transferOf = (id: string): Transfer =>
    Decider.fold(transfer.decider)(eventsOf(`transfer-${id}`) as ReadonlyArray<TransferEvent>)

  const append = (stream: StreamName, events: ReadonlyArray<ProcessEvent>) => {
    for (const event of events) {
      const version = eventsOf(stream).length + 1
      const recordedAt = new Date(log.length)
      const id = nextId()
      const position = log.length + 1
      log.push({ id, stream, version, position, recordedAt, metadata: {}, index: 0, effectId: id, event })
    }
  }

  /** Decides and appends as the dispatcher does: all or none, on the current state. */
  const carryOut = (command: AccountCommand | TransferCommand): boolean => {
    const [category, id, decided]: readonly [string, string, E.Either<unknown, ReadonlyArray<ProcessEvent>>] =
      isOfTransfer(command)
        ? [
            transfer.category,
            command.data.transferId,
            transfer.decider.decide(command, transferOf(command.data.transferId)),
          ]
        : [account.category, command.data.accountId, account.decider.decide(command, accountOf(command.data.accountId))]
    if (E.isRight(decided)) append(right(StreamName.make(category, id)), decided.right)
    return E.isRight(decided)
  }

  const hear = (key: string, input: Input) => {
    // A process that continues later continues from its stored state.
    const before = states.get(key) ?? process.initialState
    const after = process.evolve(before, input)
    const reactions = process.react(after, input)
    const own = timers.get(key) ?? new Set()
    if (input._tag === 'TimerFired') own.delete(input.timer)
    for (const reaction of reactions) {
      if (reaction._tag === 'Send') waiting.push({ key, command: reaction.command })
      if (reaction._tag === 'Schedule') own.add(reaction.timer)
    }
    if (reactions.some(({ _tag }) => _tag === 'End')) {
      states.delete(key)
      timers.delete(key)
    } else {
      states.set(key, valid(TransferState, JSON.parse(JSON.stringify(TransferState.encode(after)))))
      timers.set(key, own)
    }
  }

  const pick = <A>(all: ReadonlyArray<A>, n: number): A | undefined => all[n % Math.max(1, all.length)]

  const hearNext = () => {
    const event = log[heard]
    if (event === undefined) return
    heard++
    const key = process.key(event)
    if (key !== undefined) hear(key, { _tag: 'EventHappened', event })
  }

  const answer = (n: number, fails: boolean, done: boolean) => {
    const one = pick(waiting, n)
    if (one === undefined) return
    waiting.splice(waiting.indexOf(one), 1)
    past.push(one)
    const accepted = done && carryOut(one.command)
    if (fails || (done && !accepted)) {
      hear(one.key, { _tag: 'CommandRejected', command: one.command, error: { _tag: 'NoAnswer' } })
    }
  }

  const fire = (n: number) => {
    const due = [...timers].flatMap(([key, own]) => [...own].map((timer) => ({ key, timer })))
    const one = pick(due, n)
    if (one !== undefined) hear(one.key, { _tag: 'TimerFired', timer: one.timer, dueAt: new Date(0) })
  }

  return {
    ask: carryOut,
    accountOf,
    transferOf,
    hearNext,
    /** A command is carried out and answered. */
    deliver: (n: number) => answer(n, false, true),
    /** A command is carried out, and its answer is lost. */
    loseAnswer: (n: number) => answer(n, true, true),
    /** A command fails; it may still be carried out later, by `repeat`. */
    fail: (n: number) => answer(n, true, false),
    /** An old command is carried out: again, or for the first time. */
    repeat: (n: number) => {
      const one = pick(past, n)
      if (one !== undefined) carryOut(one.command)
    },
    fire,
    /** Runs without further faults until nothing is left to do. */
    settle: () => {
      for (let i = 0; i < 10_000; i++) {
        if (heard < log.length) hearNext()
        else if (waiting.length > 0) answer(0, false, true)
        else if ([...timers.values()].some(({ size }) => size > 0)) fire(0)
        else return
      }
      throw new Error('the simulation does not end')
    },
    underWay: () => states.size,
    events: () => log.map(({ event }) => event),
  }
}

export type TransferSimulation = ReturnType<typeof makeTransferSimulation>
