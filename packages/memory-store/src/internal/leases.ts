import { HandlerInput, type HandlerStore, type Heartbeat, type HeartbeatAnswer, type Lease } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import { generationOf, type Handlers, type Partition } from './Handlers.ts'

const leaseOf = (
  { name, generation }: Heartbeat,
  { epoch, revision, position }: Partition,
  partition: number,
): Lease => ({
  name,
  generation,
  partition,
  epoch,
  revision,
  position,
})

/** The share of each is the number of partitions divided by that of the living members, rounded up: nobody is left without while another has two more. */
const beat = (handlers: Handlers, asked: Heartbeat): HeartbeatAnswer => {
  const generation = generationOf(handlers, asked)
  if (generation === undefined) return { leases: [], surplus: 0, again: null }
  const { partitions, members } = generation
  const now = handlers.now()
  const until = now + asked.leaseTime
  for (const [name, member] of members) if (member.until <= now) members.delete(name)
  if (asked.capacity > 0) members.set(asked.member, { until, report: JSON.stringify(asked.report) })
  else members.delete(asked.member)
  const share = Math.min(asked.capacity, Math.ceil(partitions.length / Math.max(1, members.size)))

  const own = partitions.filter(({ holder }) => holder === asked.member)
  const free = partitions.filter((one) => one.holder === undefined || one.until <= now)
  // What expired and was taken by nobody is still its holder's.
  for (const partition of own) partition.until = until
  for (const partition of free
    .filter(({ holder }) => holder !== asked.member)
    .slice(0, Math.max(0, share - own.length))) {
    Object.assign(partition, { holder: asked.member, until, epoch: partition.epoch + 1 })
    own.push(partition)
  }
  return {
    leases: partitions.flatMap((one, i) => (one.holder === asked.member ? [leaseOf(asked, one, i)] : [])),
    surplus: Math.max(0, own.length - share),
    again: partitions.reduce<number | null>(
      (soonest, { holder, until: end }) =>
        holder === undefined || holder === asked.member || end <= now
          ? soonest
          : Math.min(soonest ?? end - now, end - now),
      null,
    ),
  }
}

const giveUp = (handlers: Handlers, leases: ReadonlyArray<Lease>): void => {
  for (const lease of leases) {
    const partition = generationOf(handlers, lease)?.partitions[lease.partition]
    if (partition?.epoch === lease.epoch) partition.holder = undefined
  }
}

export const leasesOf = (handlers: Handlers): Pick<HandlerStore, 'heartbeat' | 'release'> => ({
  heartbeat: (heartbeats) => async () =>
    F.pipe(
      HandlerInput.heartbeats(heartbeats),
      E.chainFirstW(handlers.running),
      E.map(() => heartbeats.map((one) => beat(handlers, one))),
    ),

  release: (leases) => async () =>
    F.pipe(
      HandlerInput.leases(leases),
      E.chainFirstW(handlers.running),
      E.map(() => giveUp(handlers, leases)),
    ),
})
