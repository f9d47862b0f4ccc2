import postgres from 'postgres'

/**
 * Opens a client as an application would; it reconnects within half a second. Types are not fetched: a server that
 * crashes during that causes a rejection that cannot be caught.
 *
 * @category constructors
 * @since 0.1.0
 */
export const connect = (
  url: string,
  options: postgres.Options<Record<string, postgres.PostgresType>> = {},
): postgres.Sql =>
  postgres(url, {
    max: 4,
    fetch_types: false,
    onnotice: () => {},
    backoff: (attempt) => Math.min(0.02 * 2 ** attempt, 0.5),
    connect_timeout: 5,
    ...options,
  })

/**
 * Runs a function on one connection of its own, and closes it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withConnection = async <A>(url: string, use: (sql: postgres.Sql) => Promise<A>): Promise<A> => {
  const sql = connect(url, { max: 1 })
  try {
    return await use(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
