import type { Fault, FaultContext } from '../Fault.ts'

/** The phase of a backend in an append, according to pg_stat_activity. */
const phases: Readonly<Record<string, string>> = {
  idle: `state = 'idle'`,
  'at work': `state = 'active' and wait_event_type is distinct from 'Lock'`,
  'waiting for a lock': `wait_event_type = 'Lock'`,
  'in a transaction': `state like 'idle in transaction%'`,
  // Its write may or may not be on the disk, and its client does not know.
  'in commit': `state = 'active' and lower(wait_event) in ('walsync', 'walwrite')`,
}

/** Milliseconds during which a backend in this phase is searched for. Phases are short, so the search is repeated. */
const patience = 2_000

const inject = async ({ sql, hold }: FaultContext, phase: string): Promise<boolean> => {
  for (const end = performance.now() + patience; performance.now() < end; await hold(2)) {
    const rows = await sql.unsafe(`
      select pg_terminate_backend(pid) from (
        select pid from pg_stat_activity where application_name like 'foldlog torture%' and ${phase} order by random() limit 1
      ) one`)
    if (rows.length > 0) return true
  }
  return false
}

/**
 * Terminates a backend, in every phase of an append.
 *
 * @category faults
 * @since 0.1.0
 */
export const killedBackends: ReadonlyArray<Fault> = Object.entries(phases).map(([name, phase]) => ({
  kind: `backend killed ${name}`,
  share: 2,
  inject: (context) => inject(context, phase),
}))
