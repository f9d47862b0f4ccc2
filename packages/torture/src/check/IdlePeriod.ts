import type { FaultSpan } from '../FaultSpan.ts'
import { causeOf } from './causeOf.ts'
import type { Finding } from './Defect.ts'

/**
 * The observed state of a partition. `holder` is the member that works on it, `gone` means that its lease has expired.
 * `waits`: there is an event after `position` that readers of the log may see, so there is work: the event is handled,
 * or skipped because it belongs to another partition.
 *
 * @category model
 * @since 0.1.0
 */
export interface PartitionSnapshot {
  readonly handler: string
  readonly partition: number
  readonly position: number
  readonly holder: string | null
  readonly gone: boolean
  readonly waits: boolean
}

/**
 * All partitions at one moment, in the time of {@link now}; no `standings` when the server did not answer.
 *
 * @category model
 * @since 0.1.0
 */
export interface Sample {
  readonly at: number
  readonly partitions: ReadonlyArray<PartitionSnapshot> | undefined
}

/**
 * A member that was killed, and is lost for good, or that was stopped for a time.
 *
 * @category model
 * @since 0.1.0
 */
export interface HolderLoss {
  readonly member: string
  readonly from: number
  readonly to: number
}

/**
 * A time in which a partition did not move although events waited for it, and no holder was lost. `holders`: its
 * holders during that time, one after another, each with its start, in milliseconds from the beginning.
 *
 * @category model
 * @since 0.1.0
 */
export interface IdlePeriod {
  readonly handler: string
  readonly partition: number
  readonly position: number
  readonly holders: ReadonlyArray<{ readonly holder: string; readonly after: number }>
  readonly milliseconds: number
  readonly from: number
  readonly to: number
}

/**
 * The maximum time between two observations that counts, in milliseconds. No fault touches the network of the observer,
 * so a server that takes longer to answer is down, or has no processor time.
 */
const maxSampleGap = 1_000

const holderOf = ({ holder, gone }: PartitionSnapshot): string => `${holder ?? 'no member'}${gone ? ' (expired)' : ''}`

/**
 * The last loss of the partition's holder between two observations. A member that took the partition after its own loss
 * counts too: its heartbeat was in flight. Then the moment is unknown, and the whole time counts.
 */
const lostBetween = (
  [before, from]: readonly [PartitionSnapshot, number],
  [after, to]: readonly [PartitionSnapshot, number],
  losses: ReadonlyMap<string, ReadonlyArray<HolderLoss>>,
  restarts: ReadonlyArray<number>,
): number | undefined => {
  const of = ({ holder }: PartitionSnapshot): ReadonlyArray<HolderLoss> =>
    holder === null ? [] : (losses.get(holder) ?? [])
  const taken = after.holder === before.holder ? [] : of(after).filter((loss) => loss.from <= from && loss.to > from)
  const all = [...[...of(before), ...of(after)].map((loss) => loss.from), ...restarts]
  const times = all.filter((time) => time > from && time <= to)
  return [...(taken.length > 0 ? [from] : []), ...times].reduce<number | undefined>(
    (last, time) => Math.max(last ?? time, time),
    undefined,
  )
}

/**
 * The times in which partitions did not move. One begins at the observation of a waiting event, and ends with the last
 * observation of the same checkpoint. The time from one observation to the next counts, unless one of them had no
 * answer or they are more than a second apart: then the server was down. When the holder is lost the time is over, and
 * another begins: the next holder has the whole of it, whatever happened to earlier holders. The same holds after a
 * restart of the server after a crash, for it extends all leases.
 *
 * @category checks
 * @since 0.1.0
 */
const find = (
  samples: ReadonlyArray<Sample>,
  losses: ReadonlyArray<HolderLoss>,
  restarts: ReadonlyArray<number> = [],
): ReadonlyArray<IdlePeriod> => {
  const byMember = new Map<string, Array<HolderLoss>>()
  for (const loss of losses) byMember.set(loss.member, [...(byMember.get(loss.member) ?? []), loss])
  const open = new Map<string, { readonly idle: IdlePeriod; readonly last: PartitionSnapshot }>()
  const ended: Array<IdlePeriod> = []
  let before: Sample | undefined
  /** The last observation with an answer: the time of a loss is known even while the server is down. */
  let answered: number | undefined
  for (const { at, partitions } of samples) {
    const step = before === undefined ? 0 : at - before.at
    const counts = before?.partitions !== undefined && partitions !== undefined && step <= maxSampleGap
    for (const snapshot of partitions ?? []) {
      const { handler, partition, position, waits } = snapshot
      const key = `${handler} ${partition}`
      const by = holderOf(snapshot)
      const begin = (from: number, milliseconds: number): void => {
        const idle = { handler, partition, position, holders: [{ holder: by, after: 0 }], milliseconds, from, to: at }
        if (waits) open.set(key, { idle, last: snapshot })
      }
      const known = open.get(key)
      if (known === undefined) {
        begin(at, 0)
        continue
      }
      const { idle, last } = known
      if (!waits || idle.position !== position) {
        ended.push(idle)
        open.delete(key)
        begin(at, 0)
        continue
      }
      const lost = lostBetween([last, answered ?? at], [snapshot, at], byMember, restarts)
      if (lost !== undefined) {
        ended.push({ ...idle, milliseconds: idle.milliseconds + (counts ? step - (at - lost) : 0), to: lost })
        begin(lost, counts ? at - lost : 0)
        continue
      }
      const change = { holder: by, after: Math.round(at - idle.from) }
      const holders = idle.holders.at(-1)?.holder === by ? idle.holders : [...idle.holders, change]
      const milliseconds = idle.milliseconds + (counts ? step : 0)
      open.set(key, { idle: { ...idle, milliseconds, holders, to: at }, last: snapshot })
    }
    before = { at, partitions }
    if (partitions !== undefined) answered = at
  }
  return [...ended, ...[...open.values()].map(({ idle }) => idle)]
}

const longest = (idle: ReadonlyArray<IdlePeriod>): IdlePeriod | undefined =>
  idle.reduce<IdlePeriod | undefined>((a, b) => (b.milliseconds > (a?.milliseconds ?? 0) ? b : a), undefined)

const heldBy = (holders: IdlePeriod['holders']): string =>
  `held by ${holders.map(({ holder, after }) => (after === 0 ? holder : `after ${after} ms ${holder}`)).join(', ')}`

/**
 * The partition with its position and its holder.
 *
 * @category destructors
 * @since 0.1.0
 */
const describe = ({ handler, partition, position, holders }: IdlePeriod): string =>
  `${handler}, partition ${partition}, behind position ${position}, ${heldBy(holders)}`

/**
 * The partitions that were idle for longer than `most` milliseconds.
 *
 * @category checks
 * @since 0.1.0
 */
const longerThan = (
  idle: ReadonlyArray<IdlePeriod>,
  limit: number,
  faults: ReadonlyArray<FaultSpan>,
): ReadonlyArray<Finding> =>
  idle
    .filter(({ milliseconds }) => milliseconds > limit)
    .map(({ handler, partition, position, holders, milliseconds, from, to }) => ({
      defect: 'partitionsIdle',
      stream: `${handler}, partition ${partition}`,
      position,
      writers: [],
      what: `events waited behind its checkpoint for ${Math.round(milliseconds)} ms; ${heldBy(holders)}; ${causeOf(from, to, faults)}`,
    }))

/**
 * Functions on {@link IdlePeriod}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const IdlePeriod = { find, longest, describe, longerThan } as const
