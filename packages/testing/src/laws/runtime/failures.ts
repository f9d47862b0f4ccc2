import { failureKinds } from './failureKinds.ts'
import { failurePolicies } from './failurePolicies.ts'
import { parkedEvents } from './parkedEvents.ts'

export const failures = [...parkedEvents, ...failurePolicies, ...failureKinds]
