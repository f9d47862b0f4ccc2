import type { HandlerStore, HistoryId } from '@foldlog/core'
import { type HandlerActivity, HandlerStoreInput, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'

/**
 * Reads the checkpoints of serving generations, and resets those of handlers after the log was rewound. A reset may be
 * sent again: it finds the epochs raised, and changes nothing.
 */
export const checkpointsOn = (
  { query }: RetryingClient,
  statements: HandlerStatements,
): Pick<HandlerStore, 'resetCheckpoints' | 'checkpoints'> => ({
  resetCheckpoints: (reset) => async () => {
    const checked = HandlerStoreInput.resetCheckpoints(reset)
    if (E.isLeft(checked)) return checked
    const { name, position } = reset
    const partitions = reset.partitions.map(({ generation, partition, epoch, revision }) => [
      generation,
      partition,
      epoch,
      revision,
    ])
    const result = await query(statements.resetCheckpoints, [name, `${position}`, JSON.stringify(partitions)])
    if (E.isLeft(result)) return result
    // Written by foldlog.reset_checkpoints.
    const furthest = JSON.parse(result.right.rows[0] ?? 'null') as number | false | null
    if (furthest === null) return rejectInput('handler', `there is no handler ${JSON.stringify(name)}`)
    return E.right(furthest === false ? 'changed' : furthest)
  },

  checkpoints: (names) => async () => {
    const checked = HandlerStoreInput.names(names)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.checkpoints, [JSON.stringify(names)])
    if (E.isLeft(result)) return result
    // Written by foldlog.handler_checkpoints.
    const [history, handlers] = JSON.parse(result.right.rows[0] ?? '') as readonly [
      HistoryId,
      ReadonlyArray<readonly [name: string, position: number, activity: HandlerActivity, hasParked: boolean]>,
    ]
    return E.right({
      history,
      positions: Object.fromEntries(handlers.map(([name, position]) => [name, position])),
      conditions: Object.fromEntries(handlers.map(([name, , activity, hasParked]) => [name, { activity, hasParked }])),
    })
  },
})
