import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Journal, type JournalRecord, type SentAppend } from '../src/Journal.ts'
import { JsonLines } from '../src/JsonLines.ts'

let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'foldlog-journal-'))
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('the file of a process that can be killed at any moment', () => {
  it('keeps its records for a successor and for the checker', () => {
    const file = join(directory, 'whole.jsonl')
    const first = JsonLines.open<number>(file)
    first.write(1)
    first.write(2)
    // Not closed: a killed process closes nothing.
    const second = JsonLines.open<number>(file)
    second.write(3)
    expect([first.before, second.before, JsonLines.read(file)]).toEqual([[], [1, 2], [1, 2, 3]])
  })

  it('drops a truncated line, even one cut within a character', () => {
    const file = join(directory, 'torn.jsonl')
    JsonLines.open<string>(file).write('ä')
    appendFileSync(file, Buffer.from('"ä').subarray(0, 2))
    expect(JsonLines.read(file)).toEqual(['ä'])
    const successor = JsonLines.open<string>(file)
    successor.write('ö')
    expect([successor.before, JsonLines.read(file)]).toEqual([['ä'], ['ä', 'ö']])
  })

  it('may be missing', () => {
    expect(JsonLines.read(join(directory, 'missing.jsonl'))).toEqual([])
  })
})

describe('the resent appends of a successor', () => {
  const sent = (append: number): SentAppend => ({ is: 'sent', append, writer: 'writer 1', how: 'append', parts: [] })

  it('are those that are neither settled nor abandoned', () => {
    const journal: ReadonlyArray<JournalRecord> = [
      sent(1),
      sent(2),
      sent(3),
      { append: 2, is: 'unknown', why: '' },
      { append: 1, is: 'acknowledged', places: [] },
      sent(4),
      { append: 3, is: 'unknown', why: '' },
      { append: 3, is: 'abandoned' },
      sent(5),
      { append: 5, is: 'unknown', why: '' },
      { append: 5, is: 'refused', why: '' },
    ]
    expect(Journal.unsettled(journal)).toEqual([sent(2), sent(4)])
  })
})
