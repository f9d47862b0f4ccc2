import { type CommitOutcome, type HandlerCommit, HandlerInput, type HandlerStore } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import { generationOf, type Handlers, placeOf } from './Handlers.ts'

/** Nothing waits between the questions and the writing: so whole or not at all, and no race. */
const commit = (handlers: Handlers, { changes, ...work }: HandlerCommit): CommitOutcome => {
  const generation = generationOf(handlers, work)
  const partition = generation?.partitions[work.partition]
  if (generation === undefined || partition === undefined || partition.epoch !== work.epoch) return 'fenced'
  if (partition.revision === work.revision + 1) return partition.position === work.position ? 'committed' : 'fenced'
  if (partition.revision !== work.revision) return 'fenced'
  partition.revision++
  partition.position = work.position
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

export const commitsOf = (handlers: Handlers): Pick<HandlerStore, 'commit'> => ({
  commit: (commits) => async () =>
    F.pipe(
      HandlerInput.commits(commits),
      E.chainFirstW(handlers.running),
      E.map(() => commits.map((one) => commit(handlers, one))),
    ),
})
