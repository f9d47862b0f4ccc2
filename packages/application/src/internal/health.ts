import { describeError, describeUnknown } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import type { GenerationStatus, HandlerRuntime, RuntimeStatus } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'
import type { SchemaStatus } from '../ApplicationOptions.ts'
import type { Health } from '../Health.ts'
import type { Phase } from './Lifecycle.ts'
import { within } from './within.ts'

/** What health is read from. */
export interface HealthParts {
  readonly phase: () => Phase
  readonly status: HandlerRuntime['status']
  readonly migrations: (() => Promise<E.Either<unknown, SchemaStatus>>) | undefined
  /** The names of the handlers of the application. */
  readonly handlers: ReadonlySet<string>
  /** Milliseconds that the store may take. */
  readonly timeout: number
}

const unready = (live: boolean, why: ReadonlyArray<string>): Health => ({ live, ready: false, why, warnings: [] })

const phaseProblem = (phase: Phase): string | undefined => {
  switch (phase._tag) {
    case 'New':
      return 'the application is not started'
    case 'Starting':
      return 'the application is starting'
    case 'Failed':
      return `the application did not start: ${describeError(phase.error)}`
    case 'Running':
      return undefined
    case 'Stopping':
      return 'the application is stopping'
    case 'Stopped':
      return 'the application is stopped'
  }
}

/**
 * What the schema lacks of this version. Migrations and functions that this version does not know are no problem:
 * during a rolling deployment the old processes serve until the new ones do, on the schema of the new ones.
 */
const schemaProblems = ({ migrations, functions, dropped }: SchemaStatus): ReadonlyArray<string> => {
  const lacking = [...migrations, ...functions].filter(({ state }) => state === 'missing' || state === 'changed')
  return [
    ...(lacking.length === 0 ? [] : [`the schema lacks ${lacking.map(({ name }) => name).join(', ')}: run migrate`]),
    ...(dropped.length === 0 ? [] : [`the schema has lost ${dropped.join(', ')}`]),
  ]
}

const warningsOf = ({ name, state, reasons, parked, serves, waitsFor }: GenerationStatus): ReadonlyArray<string> => [
  ...(state === 'stopped' ? [`${name} is stopped ${reasons.join('; ')}`.trimEnd()] : []),
  ...(state === 'no process' && serves ? [`no process works on ${name}`] : []),
  ...(state === 'waiting for lease' ? [`no process holds a partition of ${name} that has events to handle`] : []),
  ...(parked > 0 ? [`${name} has ${parked} parked ${parked === 1 ? 'event' : 'events'}`] : []),
  ...waitsFor.map((reason) => `a new generation of ${name} does not serve yet: ${reason}`),
]

/**
 * Reads the health of an application. One read at a time: while a store does not answer, probes that come meanwhile
 * share its answer, so that they pile up no statements.
 */
export const makeHealth = ({ phase, status, migrations, handlers, timeout }: HealthParts): (() => Promise<Health>) => {
  // Once the schema is whole, it stays whole: what is dropped later shows as an error of the store.
  let schemaIsWhole = migrations === undefined

  const readSchema = async (): Promise<ReadonlyArray<string>> => {
    if (schemaIsWhole || migrations === undefined) return []
    const read = await UserCode.runEffect<unknown, SchemaStatus, string>('migrations', () => migrations, {
      failed: ({ why }) => why,
      left: describeUnknown,
    })
    if (E.isLeft(read)) return [`the status of the schema cannot be read: ${read.left}`]
    const problems = schemaProblems(read.right)
    schemaIsWhole = problems.length === 0
    return problems
  }

  const readStatus = async (): Promise<E.Either<string, RuntimeStatus>> => {
    const read = await status()
    return E.isLeft(read) ? E.left(describeError(read.left)) : read
  }

  const read = async (): Promise<Health> => {
    const [schema, stored] = await Promise.all([readSchema(), readStatus()])
    if (E.isLeft(stored)) return unready(true, [...schema, stored.left])
    const warnings = stored.right.handlers.filter(({ name }) => handlers.has(name)).flatMap(warningsOf)
    return { live: true, ready: schema.length === 0, why: schema, warnings }
  }

  let reading: Promise<Health> | undefined
  return async () => {
    const problem = phaseProblem(phase())
    if (problem !== undefined) return unready(phase()._tag !== 'Stopped', [problem])
    reading ??= read().finally(() => {
      reading = undefined
    })
    const health = await within(timeout, reading)
    // The application may have stopped meanwhile.
    const now = phaseProblem(phase())
    if (now !== undefined) return unready(phase()._tag !== 'Stopped', [now])
    return health ?? unready(true, [`the store has not answered within ${timeout} ms`])
  }
}
