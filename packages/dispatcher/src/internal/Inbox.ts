import { type Clock, type Command, EventId, type Metadata, type StreamName, storeUnavailable } from '@foldlog/core'
import { either as E, type io as IO, type task as T } from 'fp-ts'
import type { DispatchContext } from '../DispatchContext.ts'
import type { DispatchAborted, DispatcherOverloaded, DispatcherStopped } from '../DispatchError.ts'
import type { Erased } from './Erased.ts'
import { type Homes, homeless, mostLooks } from './Homes.ts'
import type { Job, Outcome } from './Job.ts'
import { makeMailboxes } from './Mailboxes.ts'
import { type BatchOptions, runBatch } from './runBatch.ts'

/** Takes commands, bounded in number, puts each into the mailbox of its stream, and waits for its outcome. */
export interface Inbox {
  readonly take: (aggregate: Erased, stream: StreamName, command: Command, context: DispatchContext) => Promise<Outcome>
  readonly stop: T.Task<void>
}

export interface InboxLimits {
  readonly batch: number
  readonly waiting: number
  readonly clock: Clock
  readonly random: IO.IO<number>
}

const stopped: DispatcherStopped = { _tag: 'DispatcherStopped' }

const aborted: DispatchAborted = { _tag: 'DispatchAborted' }

const overloaded = (waiting: number, limit: number): DispatcherOverloaded => ({
  _tag: 'DispatcherOverloaded',
  waiting,
  limit,
})

/** Runs of jobs in which no command id stands twice: the second is decided after the first, and finds it. */
const withoutRepetitions = (jobs: ReadonlyArray<Job>): ReadonlyArray<ReadonlyArray<Job>> => {
  const runs: Array<Array<Job>> = []
  const ids = new Set<string>()
  for (const job of jobs) {
    const run = runs.at(-1)
    if (run === undefined || ids.has(job.commandId)) {
      ids.clear()
      runs.push([job])
    } else {
      run.push(job)
    }
    ids.add(job.commandId)
  }
  return runs
}

const settleAll = (jobs: ReadonlyArray<Job>, outcome: Outcome): void => {
  for (const job of jobs) job.settle(outcome)
}

export const makeInbox = (
  options: BatchOptions,
  homes: Homes,
  { batch, waiting: limit, clock, random }: InboxLimits,
): Inbox => {
  const nextId = EventId.source({ now: clock, random })
  let waiting = 0
  let open = true

  const runAtHome = async (aggregate: Erased, stream: StreamName, all: ReadonlyArray<Job>): Promise<void> => {
    let jobs = all
    for (let looks = 0; looks < mostLooks; looks++) {
      const home = await homes.of(aggregate, stream)
      if (E.isLeft(home)) return settleAll(jobs, home)
      jobs = await runBatch(options, aggregate, home.right, jobs)
      if (jobs.length === 0) return
      homes.forget(stream)
    }
    settleAll(jobs, E.left(homeless))
  }

  // A stream's category names its aggregate, so jobs of one mailbox are of one aggregate.
  const mailboxes = makeMailboxes<StreamName, readonly [Erased, Job]>(batch, async (stream, items) => {
    for (const jobs of withoutRepetitions(items.map(([, job]) => job))) {
      const [first] = items
      if (first === undefined) return
      try {
        await runAtHome(first[0], stream, jobs)
      } catch (cause) {
        // Nothing of ours throws, and no store should. Whoever waits must hear of it all the same.
        settleAll(jobs, E.left(storeUnavailable('the store threw', false, cause)))
      }
    }
  })

  const jobOf = (command: Command, context: DispatchContext, settle: Job['settle']): Job => {
    const commandId = context.commandId ?? nextId()
    const correlationId = context.correlationId ?? commandId
    const { user, expected = 'any', history } = context
    const metadata: Metadata = { correlationId, causationId: commandId, ...(user === undefined ? undefined : { user }) }
    return {
      command,
      commandId,
      correlationId,
      identified: context.commandId !== undefined,
      metadata,
      expected,
      // The beginning of a stream is the same in all histories.
      readIn: typeof expected === 'number' && expected > 0 ? history : undefined,
      settle,
    }
  }

  return {
    take: async (aggregate, stream, command, context) => {
      const { signal } = context
      if (!open) return E.left(stopped)
      if (signal?.aborted === true) return E.left(aborted)
      if (waiting >= limit) return E.left(overloaded(waiting, limit))
      waiting++
      let giveUp = (): void => {}
      try {
        return await new Promise<Outcome>((settle) => {
          const takeBack = mailboxes.put(stream, [aggregate, jobOf(command, context, settle)])
          giveUp = () => {
            if (takeBack()) settle(E.left(aborted))
          }
          signal?.addEventListener('abort', giveUp)
        })
      } finally {
        signal?.removeEventListener('abort', giveUp)
        waiting--
      }
    },
    stop: async () => {
      open = false
      await mailboxes.emptied()
      await options.states.settled()
    },
  }
}
