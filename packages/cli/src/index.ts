/**
 * The command line of foldlog: what a configuration has.
 *
 * @since 0.1.0
 */
export * from './FoldlogConfig.ts'
