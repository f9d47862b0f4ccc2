/**
 * Which schema of the database has the log.
 *
 * @category model
 * @since 0.1.0
 */
export interface SchemaOptions {
  /** The name of the schema, `foldlog` when absent. */
  readonly schema?: string | undefined
}
