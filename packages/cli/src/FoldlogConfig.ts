import type { EventMask, OperatedDomain, OperatedStore, ValueMask } from '@foldlog/operations'
import type { task as T } from 'fp-ts'

/**
 * The store of an application for the command line. `release` ends it, and what is below it, when a command has ended.
 *
 * @category model
 * @since 0.1.0
 */
export interface ConfiguredStore {
  readonly store: OperatedStore
  readonly release?: T.Task<unknown> | undefined
}

/**
 * What `foldlog.config.ts` names: the store, aggregates and handlers of an application. Without `store`, the command
 * line opens the Postgres database at `database`, at `FOLDLOG_DATABASE_URL` when absent, in the schema `schema`,
 * `foldlog` when absent. `title` names the application in exported documents. `env` is that of its handlers, for
 * commands that run one. `masks` hides personal data of events, states and views that are shown, unless `--unmasked` is
 * given; exports are not masked. When there is at least one mask, all states are hidden as a whole without `state`, and
 * all views without `view`.
 *
 * @category model
 * @since 0.1.0
 */
export interface FoldlogConfig extends OperatedDomain {
  readonly title?: string | undefined
  readonly store?: (() => ConfiguredStore | Promise<ConfiguredStore>) | undefined
  readonly database?: string | undefined
  readonly schema?: string | undefined
  readonly env?: unknown
  readonly masks?:
    | {
        readonly event?: EventMask | undefined
        readonly state?: ValueMask | undefined
        readonly view?: ValueMask | undefined
      }
    | undefined
}

/**
 * Returns the configuration unchanged: the compiler checks it where it is written.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { defineConfig } from '@foldlog/cli'
 *
 * export default defineConfig({ title: 'shop', database: 'postgres://localhost/shop', aggregates: [], handlers: [] })
 * ```
 */
export const defineConfig = (config: FoldlogConfig): FoldlogConfig => config
