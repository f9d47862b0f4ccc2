import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from '@jest/globals'

it('the sample is exactly the output of its script', () => {
  const script = fileURLToPath(new URL('../scripts/sample.mjs', import.meta.url))
  const { NODE_OPTIONS: _, ...env } = process.env
  // In two time zones: the output must not depend on where the script runs.
  for (const TZ of ['Pacific/Auckland', 'America/Los_Angeles']) {
    const made = execFileSync(process.execPath, [script], { env: { ...env, TZ }, maxBuffer: 1e7 })
    const kept = readFileSync(new URL('../sample/transactions.csv', import.meta.url))
    expect(made.equals(kept)).toBe(true)
  }
})
