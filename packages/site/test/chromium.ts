import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** A program that is there and does not start, as after an interrupted installation, is none. */
const starts = (program: string): boolean => spawnSync(program, ['--version'], { timeout: 60_000 }).status === 0

/** The browser of this machine: the one that FOLDLOG_CHROMIUM names, or the first of the usual names that starts. */
export const findChromium = (): string | undefined =>
  process.env['FOLDLOG_CHROMIUM'] ||
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .filter(existsSync)
    .find(starts)

/** A browser without a window, with a profile of its own that is removed when it is closed. */
export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    timeout: 120_000,
  })

/**
 * The complaints of a page from now on: errors of the console, uncaught errors, missing resources, and requests to
 * other hosts.
 */
export const consoleErrorsOf = (page: Page, home: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(message.text())
  })
  page.on('pageerror', (error) => found.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(home) && !request.url().startsWith('data:')) found.push(`asks ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) found.push(`${response.status()} ${response.url()}`)
  })
  return found
}
