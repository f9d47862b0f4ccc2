import { HandlerInput, type HandlerStore, type Heartbeat, type HeartbeatAnswer, type HistoryId } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlerStatements } from './handlerStatements.ts'
import type { Requests } from './Requests.ts'
import { eventIdOf } from './uuid.ts'

/** What foldlog.heartbeat answers to one heartbeat. */
type Row = readonly [
  surplus: number,
  again: number | null,
  leases: ReadonlyArray<
    readonly [
      partition: number,
      epoch: number,
      revision: number,
      position: number,
      anchorPosition: number | null,
      anchorId: string | null,
    ]
  >,
  known: boolean,
  history: HistoryId,
]

/** As foldlog.beats takes it. */
const beatOf = ({ name, generation, member, leaseTime, capacity, report }: Heartbeat) => [
  name,
  generation,
  member,
  leaseTime,
  capacity,
  report,
]

const answerTo = ({ name, generation }: Heartbeat, [surplus, again, leases, known, history]: Row): HeartbeatAnswer => ({
  known,
  leases: leases.map(([partition, epoch, revision, position, anchorPosition, anchorId]) => ({
    name,
    generation,
    partition,
    epoch,
    revision,
    position,
    anchor: anchorPosition === null || anchorId === null ? null : { position: anchorPosition, id: eventIdOf(anchorId) },
  })),
  surplus,
  again,
  history,
})

/** Who works on what. A heartbeat may be sent again: it tells what the member holds then. */
export const leasesOn = (
  { send }: Requests,
  statements: HandlerStatements,
): Pick<HandlerStore, 'heartbeat' | 'release'> => ({
  heartbeat: (heartbeats) => async () => {
    const checked = HandlerInput.heartbeats(heartbeats)
    if (E.isLeft(checked)) return checked
    const answer = await send(statements.heartbeat, [JSON.stringify(heartbeats.map(beatOf))])
    if (E.isLeft(answer)) return answer
    // Written by foldlog.heartbeat.
    const rows = JSON.parse(answer.right.rows[0] ?? '[]') as ReadonlyArray<Row>
    // One row for each heartbeat, in order.
    return E.right(rows.flatMap((row, i) => heartbeats.slice(i, i + 1).map((beat) => answerTo(beat, row))))
  },

  release: (leases) => async () => {
    const checked = HandlerInput.leases(leases)
    if (E.isLeft(checked)) return checked
    const given = leases.map(({ name, generation, partition, epoch }) => [name, generation, partition, epoch])
    const answer = await send(statements.release, [JSON.stringify(given)])
    return E.isLeft(answer) ? answer : E.right(undefined)
  },
})
