import type { HandlerStore, Json } from '@foldlog/core'
import { type HandlerCondition, HandlerStoreInput, rejectInput, type SetBack } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import {
  checkpointOf,
  type Generation,
  generationOf,
  type Handler,
  type Handlers,
  hasParked,
  isHeldByStore,
} from './Handlers.ts'
import { currentHistory, nextEpoch } from './histories.ts'
import { anchorAt, type Log } from './Log.ts'

/** A number in the data of a document: the position of a parked event, or how far a partition is done. */
const numberField = (data: string, name: 'position' | 'doneTo', otherwise: number): number => {
  const value = JSON.parse(data) as Json // Made from JSON by the commit.
  const found = typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined
  return typeof found === 'number' ? found : otherwise
}

/** Whether a parked document is an input that is no event of the log, and is in no other place. */
const isInput = (text: string): boolean => {
  const data = JSON.parse(text) as Json // Made from JSON by the commit.
  return typeof data === 'object' && data !== null && 'input' in data
}

/** Resets the checkpoints of a generation; returns the previous position of its furthest partition. */
const setGenerationBack = (log: Log, generation: Generation, position: number): number => {
  const { partitions, documents } = generation
  const furthest = Math.max(...partitions.map((partition) => partition.position))
  generation.invalidated ||= furthest > position
  generation.checkpointResets++
  for (const partition of partitions) {
    partition.epoch = nextEpoch(log.histories, partition.epoch)
    if (!isHeldByStore(partition)) partition.holder = undefined
    if (partition.position <= position) continue
    partition.position = position
    partition.anchor = anchorAt(log, position)
  }
  for (const [place, { kind, position: at, data }] of documents) {
    const isAhead = kind === 'gaps' && numberField(data, 'doneTo', Number.POSITIVE_INFINITY) > position
    const isParked = kind === 'parked' && !isInput(data) && numberField(data, 'position', at) > position
    generation.invalidated ||= isAhead
    if (kind === 'stop' || kind === 'attempts' || isParked || isAhead) documents.delete(place)
  }
  return furthest
}

const revisionsOf = (generation: number, { partitions }: Generation): ReadonlyArray<string> =>
  partitions.map(({ epoch, revision }, partition) => `${generation} ${partition} ${epoch} ${revision}`)

const resetCheckpoints = (log: Log, handler: Handler, { position, partitions }: SetBack): number | 'changed' => {
  const numbers = [...new Set(partitions.map(({ generation }) => generation))]
  const targets = numbers.flatMap((number) => {
    const generation = handler.generations.get(number)
    return generation === undefined ? [] : [[number, generation] as const]
  })
  const now = new Set(targets.flatMap(([number, generation]) => revisionsOf(number, generation)))
  const named = new Set(
    partitions.map(({ generation, partition, epoch, revision }) => `${generation} ${partition} ${epoch} ${revision}`),
  )
  if (now.size !== named.size || ![...now].every((one) => named.has(one))) return 'changed'
  const furthest = targets.map(([, generation]) => setGenerationBack(log, generation, position))
  const previous = handler.previous === undefined ? undefined : handler.generations.get(handler.previous)
  if (previous?.invalidated) Object.assign(handler, { previous: undefined, returning: false })
  return Math.max(...furthest)
}

const conditionOf = ({ generations }: Handler, serving: Generation, now: number): HandlerCondition => {
  const stops = [...serving.documents.values()].filter(({ kind }) => kind === 'stop')
  const isWorking = [...generations.values()].some(({ members }) =>
    [...members.values()].some(({ until }) => until > now),
  )
  const isStopped = stops.some(({ requestedAction }) => requestedAction === null)
  return {
    activity: isStopped ? 'stopped' : stops.length > 0 ? 'resuming' : isWorking ? 'working' : 'idle',
    hasParked: hasParked(serving),
  }
}

/** Reads the checkpoints of serving generations, and resets those of handlers after the log was rewound. */
export const checkpointsOf = (
  handlers: Handlers,
  log: Log,
): Pick<HandlerStore, 'resetCheckpoints' | 'checkpoints'> => ({
  resetCheckpoints: (reset) => async () =>
    F.pipe(
      HandlerStoreInput.resetCheckpoints(reset),
      E.chainFirstW(handlers.checkRunning),
      E.chainW(() => {
        const handler = handlers.byName.get(reset.name)
        return handler === undefined
          ? rejectInput('handler', `there is no handler ${JSON.stringify(reset.name)}`)
          : E.right(resetCheckpoints(log, handler, reset))
      }),
    ),

  checkpoints: (names) => async () =>
    F.pipe(
      HandlerStoreInput.names(names),
      E.chainFirstW(handlers.checkRunning),
      E.map(() => {
        const known = names.flatMap((name) => {
          const handler = handlers.byName.get(name)
          const generation = generationOf(handlers, { name, generation: handler?.serving ?? 0 })
          return handler === undefined || generation === undefined ? [] : [{ name, handler, generation }]
        })
        return {
          history: currentHistory(log.histories),
          positions: Object.fromEntries(
            known.map(({ name, handler, generation }) => {
              const isInline = handler.inline?.generation === handler.serving
              return [name, isInline ? log.events.length : checkpointOf(generation)]
            }),
          ),
          conditions: Object.fromEntries(
            known.map(({ name, handler, generation }) => [name, conditionOf(handler, generation, handlers.now())]),
          ),
        }
      }),
    ),
})
