import type { Rewinding } from '@foldlog/testing/laws'
import type { Sql } from 'postgres'

const deadlockDetected = '40P01'

/** A restore locks all tables while the store works. The server may choose it as the victim of a deadlock. */
const withoutDeadlock = async (restore: () => Promise<unknown>): Promise<void> => {
  for (let isDone = false; !isDone; ) {
    isDone = await restore().then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && Reflect.get(error, 'code') === deadlockDetected) return false
        throw error
      },
    )
  }
}

export interface Backup {
  /** Tables that a restore leaves as they are: a copy of rows by hand may omit some. */
  readonly except?: ReadonlyArray<string>
}

/**
 * Makes the log of a store go back as a restored dump does: all rows of its tables are written again, by another
 * transaction, and its sequences are set to where they were. The copies are kept in the schema of the store, and are
 * dropped with it.
 */
export const postgresRewinding = (sql: Sql, schema: string, { except = [] }: Backup = {}): Rewinding => {
  let made = 0
  const inSchema = (name: string) => `"${schema}"."${name}"`

  const named = async (kind: 'r' | 'S'): Promise<ReadonlyArray<string>> => {
    const rows = await sql<Array<{ name: string }>>`
      select relname as name from pg_class
      where relnamespace = ${schema}::regnamespace and relkind = ${kind} and relname not in ('migrations', 'functions') and not starts_with(relname, 'copy_')
      order by relname`
    return rows.map(({ name }) => name)
  }

  const backup = async () => {
    const nth = ++made
    const [tables, sequences] = await Promise.all([named('r'), named('S')])
    const copyOf = (table: string) => inSchema(`copy_${nth}_${table}`)
    const values = sequences.map((name) => `select '${name}' as name, last_value, is_called from ${inSchema(name)}`)
    const positions = await sql.begin('isolation level repeatable read', async (tx) => {
      await tx.unsafe(tables.map((table) => `create table ${copyOf(table)} as table ${inSchema(table)};`).join('\n'))
      return tx.unsafe<Array<{ name: string; last_value: string; is_called: boolean }>>(values.join(' union all '))
    })
    const restored = tables.filter((table) => !except.includes(table))
    const text = [
      ...restored.flatMap((table) => [
        `alter table ${inSchema(table)} disable trigger user;`,
        `delete from ${inSchema(table)};`,
        `insert into ${inSchema(table)} overriding system value table ${copyOf(table)};`,
        `alter table ${inSchema(table)} enable trigger user;`,
      ]),
      ...positions.map(
        ({ name, last_value, is_called }) =>
          `select setval('${inSchema(name)}'::regclass, ${last_value}, ${is_called});`,
      ),
    ].join('\n')
    return () => withoutDeadlock(() => sql.begin((tx) => tx.unsafe(text)))
  }

  /**
   * Makes the state of the log look as if another transaction wrote it: a server finds a similar difference after its
   * start. A server that ends also ends all appends under way. Here the lock waits for them, so that none is under way
   * when the next history begins.
   */
  const restart = async (): Promise<void> => {
    const table = inSchema('log_state')
    await sql.begin((tx) =>
      tx.unsafe(`
        lock table ${table} in access exclusive mode;
        update ${table} set made_by = '0';`),
    )
  }

  return { backup, restart }
}
