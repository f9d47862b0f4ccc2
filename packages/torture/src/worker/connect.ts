import postgres from 'postgres'
import { applicationName, type WorkerConfig } from '../WorkerConfig.ts'

/**
 * The client of a worker, through the proxy.
 *
 * @category constructors
 * @since 0.1.0
 */
export const connect = (assignment: WorkerConfig): postgres.Sql =>
  postgres(assignment.url, {
    max: 4,
    fetch_types: false,
    onnotice: () => {},
    connect_timeout: 5,
    backoff: (attempt) => Math.min(0.02 * 2 ** attempt, 0.5),
    connection: { application_name: applicationName(assignment) },
  })

/**
 * A client of one connection for one transaction of a caller. The server refuses every write outside of `begin read
 * write`: if the connection is lost meanwhile, the driver silently opens a new one, and the statements of the
 * transaction would be committed one by one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const connectForTransaction = (assignment: WorkerConfig): postgres.Sql =>
  postgres(assignment.url, {
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connect_timeout: 5,
    connection: { application_name: applicationName(assignment), default_transaction_read_only: true },
  })
