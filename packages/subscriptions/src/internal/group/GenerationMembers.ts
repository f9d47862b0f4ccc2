import type { RegisteredHandler } from '@foldlog/core/store'
import { makeInFlight } from '../async/InFlight.ts'
import { type GroupMember, type GroupMemberOptions, makeGroupMember } from './GroupMember.ts'

/** The members of one handler in this process, one for each generation that it works on. */
export interface GenerationMembers {
  readonly members: ReadonlyMap<number, GroupMember>
  /** Does nothing for a generation that is joined. */
  readonly join: (generation: Pick<RegisteredHandler, 'generation' | 'partitions'>) => void
  /** Ends a member. It ends by itself: nothing waits for its last events, least of all the heartbeat loop. */
  readonly leave: (generation: number) => void
  /** Ends all members, and waits for those that are leaving. */
  readonly stop: () => Promise<void>
}

export const makeGenerationMembers = (options: Omit<GroupMemberOptions, 'ref' | 'partitions'>): GenerationMembers => {
  const { name } = options.definition
  const members = new Map<number, GroupMember>()
  const leaving = makeInFlight()

  return {
    members,
    join: ({ generation, partitions }) => {
      if (members.has(generation)) return
      members.set(generation, makeGroupMember({ ...options, ref: { name, generation }, partitions }))
    },
    leave: (generation) => {
      const member = members.get(generation)
      members.delete(generation)
      if (member !== undefined) void leaving.add(member.stop())
    },
    stop: async () => {
      await Promise.all([...[...members.values()].map((member) => member.stop()), leaving.ended()])
    },
  }
}
