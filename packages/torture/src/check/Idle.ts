import type { FaultSpan } from '../FaultSpan.ts'
import { causeOf } from './causeOf.ts'
import type { Finding } from './Defect.ts'

/**
 * How a partition of a handler stands. `holder` is the member that works on it, `gone` says that its lease has run out. `waits`: there is an event behind `position` that readers of the log may see, so
 * something is to be done: the event is handled, or passed over because it belongs to others.
 *
 * @category model
 * @since 0.1.0
 */
export interface Standing {
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
export interface Look {
  readonly at: number
  readonly standings: ReadonlyArray<Standing> | undefined
}

/**
 * A member that was killed, and so is lost for ever, or stopped for a time.
 *
 * @category model
 * @since 0.1.0
 */
export interface Loss {
  readonly member: string
  readonly from: number
  readonly to: number
}

/**
 * A time in which a partition did not move although events waited for it, and nobody was lost who held it. `holders`: who held it meanwhile, one after another,
 * and from when on, in milliseconds from the beginning.
 *
 * @category model
 * @since 0.1.0
 */
export interface Idle {
  readonly handler: string
  readonly partition: number
  readonly position: number
  readonly holders: ReadonlyArray<{ readonly holder: string; readonly after: number }>
  readonly milliseconds: number
  readonly from: number
  readonly to: number
}

/**
 * The longest time between two looks that counts. A server that takes longer to answer one who looks at it from beside, by way of no network that is tortured, is
 * away, or has no processor.
 */
const longestStep = 1_000

const holderOf = ({ holder, gone }: Standing): string => `${holder ?? 'nobody'}${gone ? ' (gone)' : ''}`

/**
 * When the holder of a partition was lost between two looks, for the last time. Also one who took it when it was lost already: its heartbeat was on the way. Then
 * nobody knows when within that time, and the whole of it counts.
 */
const lostBetween = (
  [before, from]: readonly [Standing, number],
  [after, to]: readonly [Standing, number],
  losses: ReadonlyMap<string, ReadonlyArray<Loss>>,
  restarts: ReadonlyArray<number>,
): number | undefined => {
  const of = ({ holder }: Standing): ReadonlyArray<Loss> => (holder === null ? [] : (losses.get(holder) ?? []))
  const taken = after.holder === before.holder ? [] : of(after).filter((loss) => loss.from <= from && loss.to > from)
  const all = [...[...of(before), ...of(after)].map((loss) => loss.from), ...restarts]
  const times = all.filter((time) => time > from && time <= to)
  return [...(taken.length > 0 ? [from] : []), ...times].reduce<number | undefined>(
    (last, time) => Math.max(last ?? time, time),
    undefined,
  )
}

/**
 * The times in which partitions did not move. One begins at the look that sees an event wait, and ends with the last look that sees the same checkpoint. The time
 * from one look to the next counts, unless one of them had no answer or they are more than a second apart: then the server was away. When the holder is lost the
 * time is over, and another begins: who takes over has all of it, whatever became of those before. So it is when the server is there again after a crash, for it gives
 * everybody more time.
 *
 * @category checks
 * @since 0.1.0
 */
const times = (
  looks: ReadonlyArray<Look>,
  losses: ReadonlyArray<Loss>,
  restarts: ReadonlyArray<number> = [],
): ReadonlyArray<Idle> => {
  const byMember = new Map<string, Array<Loss>>()
  for (const loss of losses) byMember.set(loss.member, [...(byMember.get(loss.member) ?? []), loss])
  const open = new Map<string, { readonly idle: Idle; readonly last: Standing }>()
  const ended: Array<Idle> = []
  let before: Look | undefined
  /** The last that was answered: of who is lost while the server is away the time is known all the same. */
  let answered: number | undefined
  for (const { at, standings } of looks) {
    const step = before === undefined ? 0 : at - before.at
    const counts = before?.standings !== undefined && standings !== undefined && step <= longestStep
    for (const standing of standings ?? []) {
      const { handler, partition, position, waits } = standing
      const key = `${handler} ${partition}`
      const by = holderOf(standing)
      const begin = (from: number, milliseconds: number): void => {
        const idle = { handler, partition, position, holders: [{ holder: by, after: 0 }], milliseconds, from, to: at }
        if (waits) open.set(key, { idle, last: standing })
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
      const lost = lostBetween([last, answered ?? at], [standing, at], byMember, restarts)
      if (lost !== undefined) {
        ended.push({ ...idle, milliseconds: idle.milliseconds + (counts ? step - (at - lost) : 0), to: lost })
        begin(lost, counts ? at - lost : 0)
        continue
      }
      const change = { holder: by, after: Math.round(at - idle.from) }
      const holders = idle.holders.at(-1)?.holder === by ? idle.holders : [...idle.holders, change]
      const milliseconds = idle.milliseconds + (counts ? step : 0)
      open.set(key, { idle: { ...idle, milliseconds, holders, to: at }, last: standing })
    }
    before = { at, standings }
    if (standings !== undefined) answered = at
  }
  return [...ended, ...[...open.values()].map(({ idle }) => idle)]
}

const longest = (idle: ReadonlyArray<Idle>): Idle | undefined =>
  idle.reduce<Idle | undefined>((a, b) => (b.milliseconds > (a?.milliseconds ?? 0) ? b : a), undefined)

const heldBy = (holders: Idle['holders']): string =>
  `held by ${holders.map(({ holder, after }) => (after === 0 ? holder : `after ${after} ms ${holder}`)).join(', ')}`

/**
 * Which partition, where it stood and who held it.
 *
 * @category destructors
 * @since 0.1.0
 */
const describe = ({ handler, partition, position, holders }: Idle): string =>
  `${handler}, partition ${partition}, behind position ${position}, ${heldBy(holders)}`

/**
 * What was wrong with the partitions that were idle for longer than `most` milliseconds.
 *
 * @category checks
 * @since 0.1.0
 */
const tooLong = (idle: ReadonlyArray<Idle>, most: number, faults: ReadonlyArray<FaultSpan>): ReadonlyArray<Finding> =>
  idle
    .filter(({ milliseconds }) => milliseconds > most)
    .map(({ handler, partition, position, holders, milliseconds, from, to }) => ({
      defect: 'partitionsIdle',
      stream: `${handler}, partition ${partition}`,
      position,
      writers: [],
      what: `events waited behind its checkpoint for ${Math.round(milliseconds)} ms; ${heldBy(holders)}; ${causeOf(from, to, faults)}`,
    }))

/**
 * Functions on {@link Idle}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Idle = { times, longest, describe, tooLong } as const
