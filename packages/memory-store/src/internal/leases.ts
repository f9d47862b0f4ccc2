import type { HandlerStore } from '@foldlog/core'
import { HandlerStoreInput, type Heartbeat, type HeartbeatAnswer, type Lease } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { generationOf, type Handlers, type Member, type Partition } from './Handlers.ts'
import { currentHistory, nextEpoch } from './histories.ts'
import type { Log } from './Log.ts'

const leaseOf = (
  { name, generation }: Heartbeat,
  { epoch, revision, position, anchor, released }: Partition,
  partition: number,
): Lease => ({
  name,
  generation,
  partition,
  epoch,
  revision,
  position,
  anchor,
  released,
})

/**
 * Returns the milliseconds until the first lease of another member expires. Sooner when a partition beyond the fair
 * share is free, or when another member has more than its share while this one has less: the other member learns this
 * with its next heartbeat, and releases some partitions.
 */
const nextHeartbeatIn = (
  partitions: ReadonlyArray<Partition>,
  { member, leaseTime, capacity }: Heartbeat,
  missing: number,
  share: number,
  now: number,
): number | null => {
  const held = new Map<string, number>()
  let first: number | null = null
  let free = false
  for (const { holder, until } of partitions) {
    if (holder === member) continue
    free ||= holder === undefined || until <= now
    if (holder === undefined) continue
    held.set(holder, (held.get(holder) ?? 0) + 1)
    if (until > now) first = Math.min(first ?? until - now, until - now)
  }
  const crowded = missing > 0 && [...held.values()].some((count) => count > share)
  if (!crowded && (!free || capacity === 0)) return first
  return Math.min(first ?? leaseTime, Math.floor(leaseTime / 12))
}

/**
 * Whether a member counts for the fair share. One that has been silent for half a lease, and so has missed a heartbeat,
 * does not. It keeps its partitions until its lease expires.
 */
const isAlive =
  (now: number) =>
  ({ until, leaseTime }: Member): boolean =>
    until - leaseTime / 2 > now

/**
 * Handles a heartbeat. The fair share is the number of partitions divided by that of the living members, rounded up: so
 * no member stays without a partition while another has two more.
 */
const heartbeat = (handlers: Handlers, log: Log, request: Heartbeat): HeartbeatAnswer => {
  const generation = generationOf(handlers, request)
  const history = currentHistory(log.histories)
  if (generation === undefined) return { known: false, leases: [], surplus: 0, nextHeartbeatIn: null, history }
  const { partitions, members } = generation
  const now = handlers.now()
  const until = now + request.leaseTime
  for (const [name, member] of members) if (member.until <= now) members.delete(name)
  if (request.capacity > 0)
    members.set(request.member, { until, leaseTime: request.leaseTime, report: JSON.stringify(request.report) })
  else members.delete(request.member)
  const share = Math.min(
    request.capacity,
    Math.ceil(partitions.length / Math.max(1, [...members.values()].filter(isAlive(now)).length)),
  )

  const own = partitions.filter(({ holder }) => holder === request.member)
  const free = partitions.filter((one) => one.holder === undefined || one.until <= now)
  // Expired partitions that no other member has taken still belong to their holder.
  for (const partition of own) partition.until = until
  for (const partition of free
    .filter(({ holder }) => holder !== request.member)
    .slice(0, Math.max(0, share - own.length))) {
    const released = partition.holder === undefined
    const epoch = nextEpoch(log.histories, partition.epoch)
    Object.assign(partition, { holder: request.member, until, epoch, released })
    own.push(partition)
  }
  return {
    known: true,
    leases: partitions.flatMap((one, i) => (one.holder === request.member ? [leaseOf(request, one, i)] : [])),
    surplus: Math.max(0, own.length - share),
    nextHeartbeatIn: nextHeartbeatIn(partitions, request, share - own.length, share, now),
    history,
  }
}

const release = (handlers: Handlers, leases: ReadonlyArray<Lease>): void => {
  for (const lease of leases) {
    const partition = generationOf(handlers, lease)?.partitions[lease.partition]
    if (partition?.epoch === lease.epoch) partition.holder = undefined
  }
}

export const leasesOf = (handlers: Handlers, log: Log): Pick<HandlerStore, 'heartbeat' | 'release'> => ({
  heartbeat: (heartbeats) => async () =>
    F.pipe(
      HandlerStoreInput.heartbeats(heartbeats),
      E.chainFirstW(handlers.checkRunning),
      E.map(() => heartbeats.map((one) => heartbeat(handlers, log, one))),
    ),

  release: (leases) => async () =>
    F.pipe(
      HandlerStoreInput.leases(leases),
      E.chainFirstW(handlers.checkRunning),
      E.map(() => release(handlers, leases)),
    ),
})
