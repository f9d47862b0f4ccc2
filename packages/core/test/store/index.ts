/** The behaviour that every store of the house shares, as tests. docs/store-behaviour.md has it as tables. */
import { describe } from '@jest/globals'
import { describeAppend } from './append.ts'
import { describeAppendAll } from './appendAll.ts'
import { describeBadData } from './badData.ts'
import { describeBadEvents } from './badEvents.ts'
import { describeBadInput } from './badInput.ts'
import { describeDelete } from './delete.ts'
import { describeFidelity } from './fidelity.ts'
import { describeFindEvents } from './findEvents.ts'
import { describeFreshLog } from './freshLog.ts'
import { describeIdempotence } from './idempotence.ts'
import { describeIdempotenceOfAll } from './idempotenceOfAll.ts'
import { describeIsolation } from './isolation.ts'
import { describeLaziness } from './laziness.ts'
import { describeLog } from './log.ts'
import { describeNames } from './names.ts'
import { describeRaces } from './races.ts'
import { describeRead } from './read.ts'
import { describeSnapshots } from './snapshots.ts'
import { describeStop } from './stop.ts'
import type { MakeStore } from './TestStore.ts'

export type { MakeStore, TestStore } from './TestStore.ts'

/** Runs all of them against one store. */
export const describeStore = (name: string, makeStore: MakeStore): void => {
  describe(name, () => {
    describeAppend(makeStore)
    describeAppendAll(makeStore)
    describeRaces(makeStore)
    describeIdempotence(makeStore)
    describeIdempotenceOfAll(makeStore)
    describeRead(makeStore)
    describeLog(makeStore)
    describeFreshLog(makeStore)
    describeFindEvents(makeStore)
    describeDelete(makeStore)
    describeSnapshots(makeStore)
    describeFidelity(makeStore)
    describeNames(makeStore)
    describeBadData(makeStore)
    describeBadEvents(makeStore)
    describeBadInput(makeStore)
    describeLaziness(makeStore)
    describeIsolation(makeStore)
    describeStop(makeStore)
  })
}
