import { handlerStoreLaws } from '@foldlog/testing/laws'
import { describe, expect, it } from '@jest/globals'
import { setBackFaults } from './handlerFaults/checkpointResets.ts'
import { commitFaults } from './handlerFaults/commits.ts'
import { documentQueryFaults } from './handlerFaults/documentQueries.ts'
import { documentFaults, dueFaults } from './handlerFaults/documents.ts'
import { historyFaults } from './handlerFaults/histories.ts'
import { identityFaults } from './handlerFaults/identities.ts'
import { connectionFaults, inlineFaults } from './handlerFaults/inline.ts'
import { inspectionFaults } from './handlerFaults/inspection.ts'
import { leaseFaults, raceFaults } from './handlerFaults/leases.ts'
import { openAppendFaults } from './handlerFaults/openAppends.ts'
import { generationFaults, registrationFaults } from './handlerFaults/registrations.ts'
import { removalFaults } from './handlerFaults/removals.ts'
import { badInputFaults, statusFaults, stopFaults, tailFaults } from './handlerFaults/status.ts'
import { waitedHandlerFaults } from './handlerFaults/waitedHandlers.ts'

const faults = [
  ...registrationFaults,
  ...leaseFaults,
  ...commitFaults,
  ...raceFaults,
  ...documentFaults,
  ...documentQueryFaults,
  ...dueFaults,
  ...identityFaults,
  ...generationFaults,
  ...removalFaults,
  ...setBackFaults,
  ...inlineFaults,
  ...connectionFaults,
  ...statusFaults,
  ...waitedHandlerFaults,
  ...openAppendFaults,
  ...inspectionFaults,
  ...tailFaults,
  ...historyFaults,
  ...badInputFaults,
  ...stopFaults,
]

describe('a handler store that', () => {
  it.each(faults)('$fault: caught by $caughtBy', async ({ caughtBy, says, make }) => {
    const named = handlerStoreLaws.filter(({ group, name }) => `${group}: ${name}`.startsWith(caughtBy))
    expect(named).toHaveLength(1)
    await expect(
      named[0]?.run({ makeStore: async () => make(), patience: says.startsWith('did not come about') ? 500 : 30_000 }),
    ).rejects.toMatchObject({
      message: expect.stringContaining(says),
    })
  })
})

describe('the laws of handler stores', () => {
  it('are each broken by a planted store', () => {
    const laws = handlerStoreLaws.map(({ group, name }) => `${group}: ${name}`)
    expect(laws.filter((law) => !faults.some(({ caughtBy }) => law.startsWith(caughtBy)))).toEqual([])
  })
})
