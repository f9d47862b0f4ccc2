import type { Boundary, Command, Event } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { Given } from '../Given.ts'
import type { Unbranded } from '../Unbranded.ts'
import { erased, placed, verdictOf } from './boundaryVerdict.ts'
import { expectResult, type ScenarioResult } from './expectResult.ts'

/** The expected answer, as that of a decider. */
interface Outcome<Ev, Err> {
  readonly then: (...events: ReadonlyArray<Unbranded<Ev>>) => void
  readonly thenError: (error: Unbranded<Err>) => void
  readonly thenNothing: () => void
}

/**
 * Scenarios of a boundary. The past is folded by the view that the command reads, and the command is decided. An event
 * that has no stream or tags, or that cannot be stored, fails the test.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofBoundary =
  <C extends Command, Ev extends Event, S, Err>(boundary: Boundary<C, Ev, S, Err>): Given<Ev, C, Outcome<Ev, Err>> =>
  (...given) => ({
    when: (when) => {
      const own = erased(boundary)
      // Plain types differ from the others by brands alone, and a brand does not exist at run time.
      const [past, command] = [given as ReadonlyArray<Ev>, when as C]
      const place = (event: Event) => {
        const one = placed(own, command)(event)
        if (E.isLeft(one)) throw new Error(one.left)
        return one.right
      }
      const verdict = verdictOf(own, command, past.map(place))
      if (E.isRight(verdict)) {
        for (const event of verdict.right) {
          place(event)
          const encoded = own.events.encode(event)
          if (E.isLeft(encoded))
            throw new Error(`${event.type} cannot be stored: ${encoded.left.path}: ${encoded.left.why}`)
        }
      }
      const answer: ScenarioResult = E.isLeft(verdict)
        ? { name: 'error', value: verdict.left }
        : { name: 'events', value: verdict.right }
      const expectThat = (name: string, value: unknown) => expectResult({ given, when }, { name, value }, answer)
      return {
        // biome-ignore lint/suspicious/noThenProperty: the word of the field. Awaited by mistake, it fails.
        then: (...events) => expectThat('events', events),
        thenError: (error) => expectThat('error', error),
        thenNothing: () => expectThat('events', []),
      }
    },
  })
