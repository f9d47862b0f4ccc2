import type { HandlerStore } from '@foldlog/core'
import { type CommitOutcome, type HandlerCommit, HandlerStoreInput } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { documentKey, generationOf, type Handlers } from './Handlers.ts'
import { verifyPosition } from './histories.ts'
import { anchorAt, type Log } from './Log.ts'

/** Commits work. There is no await between the checks and the writes: so whole or not at all, and no race. */
const commit = (handlers: Handlers, log: Log, { changes, ...work }: HandlerCommit): CommitOutcome => {
  const generation = generationOf(handlers, work)
  const partition = generation?.partitions[work.partition]
  if (generation === undefined || partition === undefined || partition.epoch !== work.epoch) return 'fenced'
  if (partition.revision === work.revision + 1) return partition.position === work.position ? 'committed' : 'fenced'
  if (partition.revision !== work.revision) return 'fenced'
  const moves = work.position !== partition.position
  const positions = [
    ...(moves ? [{ position: work.position }] : []),
    ...(work.sourcePosition === undefined ? [] : [work.sourcePosition]),
  ]
  if (positions.some((place) => E.isLeft(verifyPosition(log.histories, log.events.length, place)))) return 'rewound'
  if (moves) {
    partition.position = work.position
    partition.anchor = anchorAt(log, work.position)
  }
  partition.revision++
  for (const { kind, key, data, due } of changes) {
    const place = documentKey(kind, key)
    if (data === undefined) generation.documents.delete(place)
    else {
      generation.documents.set(place, {
        kind,
        key,
        partition: work.partition,
        position: work.position,
        data: JSON.stringify(data),
        due: due?.getTime() ?? null,
        requestedAction: null,
      })
    }
  }
  return 'committed'
}

export const commitsOf = (handlers: Handlers, log: Log): Pick<HandlerStore, 'commit'> => ({
  commit: (commits) => async () =>
    F.pipe(
      HandlerStoreInput.commits(commits),
      E.chainFirstW(handlers.checkRunning),
      E.map(() => commits.map((one) => commit(handlers, log, one))),
    ),
})
