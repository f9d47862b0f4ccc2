import type { HandlerStore } from '@foldlog/core'
import type { PartitionRevision } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/** All partitions of a handler in their current state. */
export const revisionsOf = async (
  store: Pick<HandlerStore, 'handlerStatuses'>,
  name: string,
): Promise<ReadonlyArray<PartitionRevision>> => {
  const all = await store.handlerStatuses()
  return E.isLeft(all)
    ? []
    : all.right
        .filter((one) => one.name === name)
        .flatMap(({ generation, partitions }) =>
          partitions.map(({ partition, epoch, revision }) => ({ generation, partition, epoch, revision })),
        )
}

/** Resets a generation whatever has changed meanwhile. */
export const setsBackAnyway = (
  store: Pick<HandlerStore, 'handlerStatuses' | 'resetCheckpoints'>,
): Pick<HandlerStore, 'resetCheckpoints'> => ({
  resetCheckpoints: (asked) => async () => {
    const outcome = await store.resetCheckpoints(asked)()
    if (E.isLeft(outcome) || outcome.right !== 'changed') return outcome
    return store.resetCheckpoints({ ...asked, partitions: await revisionsOf(store, asked.name) })()
  },
})
