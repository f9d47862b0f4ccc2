import { describeError, logRewound } from '@foldlog/core'
import { expect, it } from '@jest/globals'

const unsure = 'read on behind a position that is certain to be in both, or from the beginning'

it.each([
  [
    logRewound(7, 'old', 'new', 5),
    'it does not have position 7 of history old any more. It continues in history new; it shares the events up to position 5 with history old: read on behind that',
  ],
  [
    logRewound(7, 'old', 'new', null),
    `it does not have position 7 of history old any more. It continues in history new; it does not know history old, so it cannot say which events both have: ${unsure}`,
  ],
  [
    logRewound(7, null, 'new', 5),
    'it does not have position 7 any more. It continues in history new; it has the events up to position 5: read on behind that',
  ],
  [
    logRewound(7, null, 'new', null),
    `it does not have position 7 any more. It continues in history new; the history of the position is not known, so it cannot say which events both have: ${unsure}`,
  ],
])('a log that was rewound is described with what to do: %j', (error, text) => {
  expect(describeError(error)).toBe(`the log was rewound: ${text}`)
})
