import { describeError } from '@foldlog/core'
import { logRewound } from '@foldlog/core/store'
import { expect, it } from '@jest/globals'

const unsure = 'continue after a position that is certainly in both, or from the beginning'

it.each([
  [
    logRewound(7, 'old', 'new', 5),
    'it no longer has position 7 of history old. It continues in history new; it shares the events up to position 5 with history old: continue after that position',
  ],
  [
    logRewound(7, 'old', 'new', null),
    `it no longer has position 7 of history old. It continues in history new; it does not know history old, so it cannot tell which events both logs have: ${unsure}`,
  ],
  [
    logRewound(7, null, 'new', 5),
    'it no longer has position 7. It continues in history new; it has the events up to position 5: continue after that position',
  ],
  [
    logRewound(7, null, 'new', null),
    `it no longer has position 7. It continues in history new; the history of the position is not known, so it cannot tell which events both logs have: ${unsure}`,
  ],
])('a log that was rewound is described with what to do: %j', (error, text) => {
  expect(describeError(error)).toBe(`the log was rewound: ${text}`)
})
