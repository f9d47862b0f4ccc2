import type { either as E, taskEither as TE } from 'fp-ts'
import { UserCode } from './UserCode.ts'

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
 * Wraps a tracer so that its failures do not reach the work. The work runs exactly once, and its own result is
 * returned, even when the tracer throws, rejects, runs the work twice, returns something else or never ends.
 *
 * @category combinators
 * @since 0.1.0
 */
const safe = (tracer: Tracer): Tracer => ({
  span: (name, attributes, work) => () =>
    new Promise((resolve, reject) => {
      let running: Promise<E.Either<never, never>> | undefined
      const once = () => {
        // The types of the result are those of the work.
        running ??= work() as Promise<E.Either<never, never>>
        running.then(resolve, reject)
        return running
      }
      try {
        const span: unknown = tracer.span(name, attributes, once)
        const traced: unknown = typeof span === 'function' ? span() : span
        UserCode.absorb(traced)
        // A tracer may run the work later, so only its end shows that it has not.
        Promise.resolve(traced).then(once, once)
      } catch (cause) {
        UserCode.absorb(cause)
        void once()
      }
    }),
})

/**
 * Functions on {@link Tracer}: `silent` is the default everywhere.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Tracer: { readonly silent: Tracer; readonly safe: (tracer: Tracer) => Tracer } = { silent, safe }
