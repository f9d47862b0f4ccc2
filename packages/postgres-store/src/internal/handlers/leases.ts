import type { HandlerStore, HistoryId } from '@foldlog/core'
import { HandlerStoreInput, type Heartbeat, type HeartbeatAnswer } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { eventIdOf } from '../encoding/uuid.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'

/** The answer of foldlog.heartbeat to one heartbeat. */
type HeartbeatAnswerRow = readonly [
  surplus: number,
  nextHeartbeatIn: number | null,
  leases: ReadonlyArray<
    readonly [
      partition: number,
      epoch: number,
      revision: number,
      position: number,
      anchorPosition: number | null,
      anchorId: string | null,
      released: boolean,
    ]
  >,
  known: boolean,
  history: HistoryId,
]

/** Encodes a heartbeat for foldlog.heartbeat_rows. */
const heartbeatRow = ({ name, generation, member, leaseTime, capacity, report }: Heartbeat) => [
  name,
  generation,
  member,
  leaseTime,
  capacity,
  report,
]

const decodeHeartbeatAnswer = (
  { name, generation }: Heartbeat,
  [surplus, nextHeartbeatIn, leases, known, history]: HeartbeatAnswerRow,
): HeartbeatAnswer => ({
  known,
  leases: leases.map(([partition, epoch, revision, position, anchorPosition, anchorId, released]) => ({
    name,
    generation,
    partition,
    epoch,
    revision,
    position,
    anchor: anchorPosition === null || anchorId === null ? null : { position: anchorPosition, id: eventIdOf(anchorId) },
    released,
  })),
  surplus,
  nextHeartbeatIn,
  history,
})

/** The leases of members. A heartbeat may be sent again: its answer is the state at that time. */
export const leasesOn = (
  { query }: RetryingClient,
  statements: HandlerStatements,
): Pick<HandlerStore, 'heartbeat' | 'release'> => ({
  heartbeat: (heartbeats) => async () => {
    const checked = HandlerStoreInput.heartbeats(heartbeats)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.heartbeat, [JSON.stringify(heartbeats.map(heartbeatRow))])
    if (E.isLeft(result)) return result
    // Written by foldlog.heartbeat.
    const rows = JSON.parse(result.right.rows[0] ?? '[]') as ReadonlyArray<HeartbeatAnswerRow>
    // One row for each heartbeat, in order.
    return E.right(
      rows.flatMap((row, i) => heartbeats.slice(i, i + 1).map((heartbeat) => decodeHeartbeatAnswer(heartbeat, row))),
    )
  },

  release: (leases) => async () => {
    const checked = HandlerStoreInput.leases(leases)
    if (E.isLeft(checked)) return checked
    const leaseRows = leases.map(({ name, generation, partition, epoch }) => [name, generation, partition, epoch])
    const result = await query(statements.release, [JSON.stringify(leaseRows)])
    return E.isLeft(result) ? result : E.right(undefined)
  },
})
