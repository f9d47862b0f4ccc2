import { PassThrough } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import type { Output } from '../../src/report/Output.ts'
import { Progress } from '../../src/report/Progress.ts'

const recording = (terminal?: NodeJS.WritableStream) => {
  const lines: Array<string> = []
  const output: Output = { line: (text) => lines.push(text), problem: () => {}, terminal }
  return { lines, output }
}

describe('without a terminal', () => {
  it('progress is a line for each tenth, once', () => {
    const { lines, output } = recording()
    const progress = Progress.make(output, 2_000)
    for (let row = 0; row < 2_000; row++) progress.advance(1)
    progress.end()
    expect(lines).toEqual(
      [200, 400, 600, 800, '1,000', '1,200', '1,400', '1,600', '1,800', '2,000'].map(
        (rows, i) => `${`${(i + 1) * 10}`.padStart(3)}%  ${rows} rows`,
      ),
    )
  })
  it('progress skips the tenths that a long row jumps over', () => {
    const { lines, output } = recording()
    const progress = Progress.make(output, 10)
    for (const bytes of [5, 1, 4]) progress.advance(bytes)
    expect(lines).toEqual([' 50%  1 rows', ' 60%  2 rows', '100%  3 rows'])
  })
  it('progress is silent for a file of unknown size', () => {
    const { lines, output } = recording()
    const progress = Progress.make(output, 0)
    progress.advance(5)
    progress.end()
    expect(lines).toEqual([])
  })
})

describe('on a terminal', () => {
  it('progress is a bar, without lines', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
    const { lines, output } = recording(terminal)
    const progress = Progress.make(output, 10)
    progress.advance(10)
    progress.end()
    expect(lines).toEqual([])
    const drawn = String(terminal.read())
    expect(drawn).toContain('█ 100%  1 rows')
  })
})
