import { either as E } from 'fp-ts'
import { literal } from './literal.ts'
import type { Failure } from './runHistory.ts'

const call = (word: string, values: ReadonlyArray<unknown>): string =>
  values.length <= 1
    ? `${word}(${values.map((value) => literal(value)).join('')})`
    : `${word}(\n${values.map((value) => `  ${literal(value, '  ')},\n`).join('')})`

const outcome = <C, Ev, Err>({ answer }: Failure<C, Ev, Err>): string => {
  if (answer === undefined) return 'thenNothing()'
  if (E.isLeft(answer)) return call('thenError', [answer.left])
  return answer.right.length === 0 ? 'thenNothing()' : call('then', answer.right)
}

const comment = (text: string): string =>
  text
    .split('\n')
    .map((line) => `// ${line}`)
    .join('\n')

/**
 * A failure as given/when/then. It ends with the actual answer of the decider: a person has to replace it by the
 * expected one.
 */
export const renderScenario = <C, Ev, Err>(failure: Failure<C, Ev, Err>): string =>
  [
    comment(`${failure.law}: ${failure.why}`),
    comment(`after ${failure.commands.length} command${failure.commands.length === 1 ? '' : 's'}:`),
    ...failure.commands.map((command) => comment(`  ${literal(command, '  ')}`)),
    call('given', failure.given),
    `  .${call('when', failure.commands.slice(-1)).replaceAll('\n', '\n  ')}`,
    `  .${outcome(failure).replaceAll('\n', '\n  ')} // ${failure.answer === undefined ? 'It did not answer' : 'What it answers now'}; put here what it should.`,
  ].join('\n')
