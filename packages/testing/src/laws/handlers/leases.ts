import { leaseExpiry } from './leaseExpiry.ts'
import { leaseShares } from './leaseShares.ts'

export const leases = [...leaseShares, ...leaseExpiry]
