import { describeError } from '@foldlog/core'
import { type AuditFinding, type Finding, HandlersOverview, LogAudit, Masks, ViewCheck } from '@foldlog/operations'
import { diagnose, migrationStatus } from '@foldlog/postgres-store'
import { type Command, Option } from 'commander'
import { either as E } from 'fp-ts'
import { type FilterOptions, filterOf, integer, withFilter } from '../arguments.ts'
import { type CliError, exitCodes } from '../CliError.ts'
import { plain } from '../output/plain.ts'
import { table } from '../output/table.ts'
import { type Environment, runOnStore, type Work } from '../Run.ts'
import type { Session } from '../Session.ts'
import { findingLines } from './handlers.ts'

const schemaFindings = async ({ sql, schema }: Session): Promise<E.Either<CliError, ReadonlyArray<Finding>>> => {
  if (sql === undefined) return E.right([])
  const status = await migrationStatus({ sql, schema })()
  if (E.isLeft(status)) return status
  const { migrations, functions, dropped } = status.right
  const pending = [...migrations, ...functions].filter(({ state }) => state !== 'applied')
  return E.right([
    ...(pending.length === 0
      ? []
      : [
          {
            severity: 'problem' as const,
            what: `the schema is not that of this version: ${pending.map(({ name, state }) => `${name} is ${state}`).join(', ')}`,
            remedy: 'foldlog-postgres status, then foldlog-postgres migrate',
          },
        ]),
    ...(dropped.length === 0
      ? []
      : [{ severity: 'problem' as const, what: `dropped: ${dropped.join(', ')}`, remedy: 'docs/postgres.md' }]),
  ])
}

const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`

/** Asks the handlers, and the server when the command line has opened it. */
const doctor: Work = (session) => async () => {
  const { store, sql, schema, output } = session
  const ofSchema = await schemaFindings(session)
  if (E.isLeft(ofSchema)) return ofSchema
  const overview = await HandlersOverview.read(store)()
  if (E.isLeft(overview)) return overview
  const server = sql === undefined ? undefined : await diagnose({ sql, schema })()
  if (server !== undefined && E.isLeft(server)) return server
  const waits: ReadonlyArray<Finding> = (server?.right.waits ?? [])
    .filter(({ seconds }) => seconds >= 5)
    .map(({ session: pid, waitsFor, seconds, application }) => ({
      severity: 'warning',
      what: `the session ${pid}${application === '' ? '' : ` of ${application}`} has waited ${seconds} s for a lock of ${waitsFor.join(', ')}`,
      remedy: 'end the transaction that holds the lock, or make it shorter',
    }))
  const findings = [...ofSchema.right, ...overview.right.findings, ...waits]
  const tables = server?.right.tables ?? []
  const columns = [
    { title: 'table' },
    { title: 'size', align: 'right' },
    { title: 'of indexes', align: 'right' },
    { title: 'about rows', align: 'right' },
    { title: 'dead rows', align: 'right' },
    { title: 'updates in place', align: 'right' },
  ] as const
  const rows = tables.map(({ name, bytes, indexBytes, aboutRows, deadRows, updates, hotUpdates }) => [
    name,
    megabytes(bytes),
    megabytes(indexBytes),
    `${aboutRows}`,
    `${deadRows}`,
    updates === 0 ? '' : `${Math.round((100 * hotUpdates) / updates)} %`,
  ])
  const isWell = !findings.some(({ severity }) => severity === 'problem')
  return E.right({
    text: [
      ...(rows.length === 0 ? [] : [table(columns, rows, output.width), '']),
      ...findingLines(findings),
      ...(findings.length === 0 ? ['Nothing is wrong.'] : []),
    ].join('\n'),
    json: {
      findings,
      tables,
      waits: server?.right.waits ?? [],
      settledPosition: overview.right.status.settledPosition,
    },
    code: isWell ? exitCodes.done : exitCodes.found,
  })
}

const describeFinding = (finding: AuditFinding): string => {
  const { event } = finding
  const place = `${event.stream} version ${event.version} (position ${event.position})`
  switch (finding._tag) {
    case 'Undecodable':
      // It names its place itself.
      return finding.why
    case 'Hole':
      return `${place} follows version ${finding.expected - 1}`
    case 'ClockSetBack':
      return `${place} was recorded ${finding.milliseconds} ms before the event before it`
    case 'UnknownCause':
      return `${place} names the cause ${finding.cause}, which is not before it`
  }
}

interface VerifyOptions extends FilterOptions {
  readonly after: number
  readonly views: boolean
  readonly sample: number
}

/** Reads the log once, then compares a sample of the views of each projection with the fold of their events. */
const verify =
  ({ after, views, sample, ...filter }: VerifyOptions): Work =>
  ({ store, domain, output, masks }) =>
  async () => {
    const end = await store.settledPosition()
    if (E.isLeft(end)) return end
    const bar = output.progress('the log', end.right - after)
    const onProgress = (position: number) => bar.at(position - after)
    const audit = await LogAudit.run(domain, store)({ after, filter: filterOf(filter), onProgress })()
    bar.end()
    if (E.isLeft(audit)) return audit
    const checks = []
    const projections = views ? (domain.handlers ?? []).filter(({ _tag }) => _tag === 'Projection') : []
    for (const { name } of projections) {
      const own = output.progress(name, end.right)
      const checked = await ViewCheck.run(domain, store)(name, { sample, onProgress: own.at })()
      own.end()
      if (E.isLeft(checked) && checked.left._tag !== 'InvalidInput') return checked
      checks.push(
        E.isLeft(checked)
          ? { handler: name, left: describeError(checked.left) }
          : Masks.viewChecks(masks)(checked.right),
      )
    }
    const wrong = checks.flatMap((one) =>
      'left' in one
        ? []
        : one.checked
            .filter(({ differences, problem }) => differences.length > 0 || problem !== null)
            .map((view) => ({ handler: one.handler, ...view })),
    )
    const { counts, findings, events, streams, forms } = audit.right
    const former = forms.filter(({ isCurrent }) => isCurrent === false)
    const lines = [
      `${events} events in ${streams} streams: ${counts.Hole} holes, ${counts.Undecodable} undecodable, ${counts.UnknownCause} unknown causes, ${counts.ClockSetBack} times set back`,
      ...former.map(
        (one) =>
          `${one.count} events of ${one.category} ${one.type} v${one.schemaVersion}, a form that is not written now`,
      ),
      ...findings.map(describeFinding),
      ...checks.map((one) =>
        'left' in one
          ? `${one.handler}: not compared: ${one.left}`
          : `${one.handler}: ${one.checked.length} views compared, ${one.changed} changed meanwhile`,
      ),
      ...wrong.map(
        ({ handler, key, differences, problem }) =>
          `${handler}: the view ${key} is not the fold of its events: ${problem ?? differences.map(({ path }) => path.join('.') || 'all of it').join(', ')}`,
      ),
    ]
    const isWell = counts.Hole + counts.Undecodable + counts.UnknownCause + wrong.length === 0
    return E.right({
      text: lines.map(plain).join('\n'),
      json: {
        ...audit.right,
        findings: findings.map((one) => ({ ...one, event: masks.event(one.event) })),
        views: checks,
      },
      code: isWell ? exitCodes.done : exitCodes.found,
    })
  }

/** The commands that look for what is wrong. */
export const addChecks = (program: Command, environment: Environment): void => {
  program
    .command('doctor')
    .description('look at schema, handlers, open transactions, locks and sizes, and say what to do')
    .action((_: unknown, command: Command) => runOnStore(environment, command, doctor))
  withFilter(
    program
      .command('verify')
      .description('read the log: no holes, every event decodable, views equal the fold of their events'),
  )
    .option('--after <position>', 'begin after this position', integer(0), 0)
    .option('--no-views', 'leave out the views')
    .addOption(new Option('--sample <number>', 'views of each projection').argParser(integer(1)).default(100))
    .action((options: VerifyOptions, command: Command) => runOnStore(environment, command, verify(options)))
}
