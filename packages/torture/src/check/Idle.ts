import type { FaultSpan } from '../FaultSpan.ts'
import { causeOf } from './causeOf.ts'
import type { Finding } from './Defect.ts'

/**
 * How a partition of a handler stands. `holder` is the member that works on it. `waits`: there is an event behind `position` that readers of the log may see, so
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
 * A time in which a partition did not move although events waited for it. `holders`: who held it meanwhile, one after another.
 *
 * @category model
 * @since 0.1.0
 */
export interface Idle {
  readonly handler: string
  readonly partition: number
  readonly position: number
  readonly holders: ReadonlyArray<string>
  readonly milliseconds: number
  readonly from: number
  readonly to: number
}

/**
 * The longest time between two looks that counts. A server that takes longer to answer one who looks at it from beside, by way of no network that is tortured, is
 * away, or has no processor.
 */
const longestStep = 1_000

/**
 * The times in which partitions did not move. One begins at the look that sees an event wait, and ends with the last look that sees the same checkpoint. The time
 * from one look to the next counts, unless one of them had no answer or they are more than a second apart: then the server was away.
 *
 * @category checks
 * @since 0.1.0
 */
const times = (looks: ReadonlyArray<Look>): ReadonlyArray<Idle> => {
  const open = new Map<string, Idle>()
  const ended: Array<Idle> = []
  let before: Look | undefined
  for (const look of looks) {
    const step = before === undefined ? 0 : look.at - before.at
    const counts = before?.standings !== undefined && look.standings !== undefined && step <= longestStep
    for (const standing of look.standings ?? []) {
      const { handler, partition, position, holder, waits } = standing
      const key = `${handler} ${partition}`
      const idle = open.get(key)
      if (idle !== undefined && (!waits || idle.position !== position)) {
        ended.push(idle)
        open.delete(key)
      }
      const same = open.get(key)
      const by = holder ?? 'nobody'
      if (same !== undefined)
        open.set(key, {
          ...same,
          milliseconds: same.milliseconds + (counts ? step : 0),
          holders: same.holders.at(-1) === by ? same.holders : [...same.holders, by],
          to: look.at,
        })
      else if (waits)
        open.set(key, { handler, partition, position, holders: [by], milliseconds: 0, from: look.at, to: look.at })
    }
    before = look
  }
  return [...ended, ...open.values()]
}

const longest = (idle: ReadonlyArray<Idle>): Idle | undefined =>
  idle.reduce<Idle | undefined>((a, b) => (b.milliseconds > (a?.milliseconds ?? 0) ? b : a), undefined)

/**
 * Which partition, where it stood and who held it.
 *
 * @category destructors
 * @since 0.1.0
 */
const describe = ({ handler, partition, position, holders }: Idle): string =>
  `${handler}, partition ${partition}, behind position ${position}, held by ${holders.join(', then ')}`

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
      what: `events waited behind its checkpoint for ${Math.round(milliseconds)} ms; held by ${holders.join(', then ')}; ${causeOf(from, to, faults)}`,
    }))

/**
 * Functions on {@link Idle}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Idle = { times, longest, describe, tooLong } as const
