import type { taskEither as TE } from 'fp-ts'

/**
 * Wraps a piece of work in a span of the application's tracing system. The tracer must run the work exactly once and
 * return its result unchanged.
 *
 * @category model
 * @since 0.1.0
 */
export interface Tracer {
  readonly span: <L, A>(
    name: string,
    attributes: Readonly<Record<string, string | number | boolean>>,
    work: TE.TaskEither<L, A>,
  ) => TE.TaskEither<L, A>
}

/**
 * Runs the work without a span.
 *
 * @category constants
 * @since 0.1.0
 */
const silent: Tracer = { span: (_name, _attributes, work) => work }

/**
 * Functions on {@link Tracer}: `silent` is the default everywhere.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Tracer: { readonly silent: Tracer } = { silent }
