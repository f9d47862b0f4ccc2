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
  // A position that stays where it is claims nothing about the log: a handler whose log was rewound can still write down why it stops.
  if (work.position !== partition.position) {
    if (E.isLeft(verifyPlace(log.histories, log.events.length, work))) return 'rewound'
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
