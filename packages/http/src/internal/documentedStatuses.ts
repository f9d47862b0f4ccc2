import type { Route } from '../Route.ts'

/** The problems that every read may have; see `infrastructureProblem`. */
const readStatuses: ReadonlyArray<number> = [400, 500, 503]

/** The problems that every command may have. */
const commandStatuses: ReadonlyArray<number> = [...readStatuses, 403, 412, 413, 415, 422]

/** The statuses of all problems that a route may answer with. */
export const problemStatuses = ({ isCommand, errorStatuses }: Route): ReadonlyArray<number> => [
  ...new Set([...(isCommand ? commandStatuses : readStatuses), ...errorStatuses]),
]
