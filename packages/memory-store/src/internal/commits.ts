import { type CommitOutcome, type HandlerCommit, HandlerInput, type HandlerStore } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import { generationOf, type Handlers, placeOf } from './Handlers.ts'
import { verifyPlace } from './histories.ts'
import { anchorAt, type Log } from './Log.ts'

/** Nothing waits between the questions and the writing: so whole or not at all, and no race. */
const commit = (handlers: Handlers, log: Log, { changes, ...work }: HandlerCommit): CommitOutcome => {
  const generation = generationOf(handlers, work)
  const partition = generation?.partitions[work.partition]
  if (generation === undefined || partition === undefined || partition.epoch !== work.epoch) return 'fenced'
  if (partition.revision === work.revision + 1) return partition.position === work.position ? 'committed' : 'fenced'
  if (partition.revision !== work.revision) return 'fenced'
  const moves = work.position !== partition.position
  const places = [...(moves ? [{ position: work.position }] : []), ...(work.reach === undefined ? [] : [work.reach])]
  if (places.some((place) => E.isLeft(verifyPlace(log.histories, log.events.length, place)))) return 'rewound'
  if (moves) {
    partition.position = work.position
    partition.anchor = anchorAt(log, work.position)
  }
  partition.revision++
  for (const { kind, key, data, due } of changes) {
    const place = placeOf(kind, key)
    if (data === undefined) generation.documents.delete(place)
    else {
      generation.documents.set(place, {
        kind,
        key,
        partition: work.partition,
        position: work.position,
        data: JSON.stringify(data),
        due: due?.getTime() ?? null,
        wish: null,
      })
    }
  }
  return 'committed'
}

export const commitsOf = (handlers: Handlers, log: Log): Pick<HandlerStore, 'commit'> => ({
  commit: (commits) => async () =>
    F.pipe(
      HandlerInput.commits(commits),
      E.chainFirstW(handlers.running),
      E.map(() => commits.map((one) => commit(handlers, log, one))),
    ),
})
