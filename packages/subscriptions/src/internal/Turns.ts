import type { HandlerDocument } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { Checkpoint } from './Checkpoint.ts'
import type { Ending } from './Ending.ts'
import type { Lanes } from './Lanes.ts'
import type { Lifespan } from './Lifespan.ts'
import type { Turned, Work, WorkTools } from './Work.ts'

/** The turns of a partition that are no batches of events: commands that were answered, timers, and what somebody has wished. */
export interface Turns {
  readonly enqueue: WorkTools['enqueue']
  /** Turns for documents that are due. */
  readonly due: (documents: ReadonlyArray<HandlerDocument>, work: Work, lanes: Lanes) => void
  readonly waiting: () => boolean
  readonly next: (life: Lifespan, checkpoint: Checkpoint) => Promise<Ending | undefined>
}

const placeOf = ({ kind, key }: HandlerDocument): string => `${kind}\n${key}`

export const makeTurns = (onEnqueued: () => void): Turns => {
  const turns: Array<() => Promise<Turned>> = []
  /** Documents whose turn is queued already: a later look finds them due still. */
  const queued = new Set<string>()

  const enqueue: WorkTools['enqueue'] = (turn) => {
    turns.push(turn)
    onEnqueued()
  }

  const once = (documents: ReadonlyArray<HandlerDocument>, turn: () => Promise<Turned>): void =>
    enqueue(async () => {
      const done = await turn()
      for (const document of documents) queued.delete(placeOf(document))
      return done
    })

  return {
    enqueue,
    due: (documents, work, lanes) => {
      const fresh = documents.filter((document) => !queued.has(placeOf(document)))
      for (const document of fresh) queued.add(placeOf(document))
      const timers = fresh.filter(({ kind }) => kind === 'timer')
      if (timers.length > 0) once(timers, () => work.fire(timers))
      for (const document of fresh) if (document.kind === 'parked') once([document], () => lanes.grant(document, work))
    },
    waiting: () => turns.length > 0,
    next: async (life, checkpoint) => {
      const turn = turns.shift()
      if (turn === undefined) return undefined
      const done = await life.insist('a turn', turn)
      if (life.lost()) return { _tag: 'Lost' }
      const { position } = checkpoint.lease()
      const to = checkpoint.takenTo()
      if (E.isLeft(done)) return life.endedBy(done.left, position)
      const { instead } = done.right
      const failed = await checkpoint.commit(done.right, to)
      if (failed?._tag !== 'Failed') return failed
      const other = instead?.(failed.why)
      return other === undefined
        ? { _tag: 'Stopped', position, stop: { why: failed.why } }
        : checkpoint.commitPlain(other, to)
    },
  }
}
