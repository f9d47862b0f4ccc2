import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { root } from '../src/repository.ts'
import { fileFor, type Server, serve } from '../src/serve.ts'
import { consoleErrorsOf, findChromium, launch } from './chromium.ts'
import { findLayoutFaults } from './findLayoutFaults.ts'

const site = join(root, 'packages/site/dist/site')

const node = (...parameters: ReadonlyArray<string>) => {
  const { NODE_OPTIONS: _options, NODE_ENV: _env, ...env } = process.env
  return spawnSync(process.execPath, parameters, { cwd: root, env, encoding: 'utf8' })
}

beforeAll(() => {
  expect(node('scripts/build.mjs')).toMatchObject({ status: 0 })
  expect(node('packages/site/dist/esm/main.js')).toMatchObject({ status: 0 })
}, 600_000)

/** Every page of the built site, as its path. */
const pages = (): ReadonlyArray<string> =>
  readdirSync(site, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html') && file !== '404.html')
    .map((file) => `/${file}`)
    .sort()

/** The links and the anchors of a page, and what it loads from elsewhere. */
const inspect = (path: string) => {
  const html = readFileSync(join(site, path), 'utf8')
  const values = (pattern: RegExp) =>
    [...html.matchAll(pattern)].map(([, value = '']) => value.replaceAll('&amp;', '&'))
  return {
    links: values(/<a\b[^>]*\shref="([^"]*)"/g),
    anchors: new Set(values(/\sid="([^"]*)"/g)),
    loads: values(/<(?:script|img|iframe)\b[^>]*\ssrc="([^"]*)"/g).concat(values(/<link\b[^>]*\shref="([^"]*)"/g)),
  }
}

describe('the built site', () => {
  it('has a page for each document, each guide, and each module of the reference', () => {
    expect(pages()).toEqual(
      expect.arrayContaining([
        '/index.html',
        '/floor-lock.html',
        '/packages/core.html',
        '/reference/core/domain/Decider.html',
        '/reference/subscriptions/Projection.html',
      ]),
    )
  })

  it('has links that all resolve, headings too, and loads nothing from elsewhere', () => {
    const inspected = new Map(pages().map((path) => [path, inspect(path)]))
    const dead = [...inspected].flatMap(([path, { links, loads }]) => [
      ...loads.filter((url) => !url.startsWith('/')).map((url) => `${path} loads ${url}`),
      ...links.flatMap((href) => {
        if (/^[a-z]+:/.test(href)) return []
        const url = new URL(href, `http://localhost${path}`)
        const file = fileFor(site, decodeURIComponent(url.pathname))
        const target = file === undefined ? undefined : inspected.get(`/${posix.normalize(relative(site, file))}`)
        const isThere =
          target !== undefined && (url.hash === '' || target.anchors.has(decodeURIComponent(url.hash.slice(1))))
        return isThere ? [] : [`${path} links to ${href}`]
      }),
    ])
    expect([...new Set(dead)]).toEqual([])
    expect([...inspected.values()].flatMap(({ links }) => links).length).toBeGreaterThan(1_000)
  })

  it('has style sheets without external fonts or scripts', () => {
    const styles = readdirSync(join(site, 'assets')).filter((file) => file.endsWith('.css'))
    expect(styles).not.toEqual([])
    for (const file of styles) expect(readFileSync(join(site, 'assets', file), 'utf8')).not.toMatch(/url\(["']?https?:/)
  })
})

const chromium = findChromium()
if (chromium === undefined)
  process.stderr.write(
    'skipped: the site in a browser, because this machine has no Chromium (FOLDLOG_CHROMIUM names one)\n',
  )
const describeIfThere = chromium === undefined ? describe.skip : describe

describeIfThere('in a browser', () => {
  let browser: Browser
  let server: Server

  beforeAll(async () => {
    browser = await launch(chromium ?? '')
    server = await serve(site)
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  it('loads each page without an error, and its content fits the window', async () => {
    const left = [...pages()]
    const faults: Array<string> = []
    let loaded = 0
    const visit = async () => {
      // One window, one page after another, as a reader does.
      const page = await browser.newPage()
      const complaints = consoleErrorsOf(page, server.url)
      for (let path = left.pop(); path !== undefined; path = left.pop()) {
        const before = complaints.length
        await page.goto(`${server.url}${path}`, { timeout: 120_000 })
        // There from the start as HTML; Vue sets the attribute when it has taken the page over.
        await page.waitForFunction("document.querySelector('#app')?.__vue_app__ !== undefined", undefined, {
          timeout: 120_000,
        })
        if ((await page.locator('h1').first().textContent())?.trim() === '') faults.push(`${path}: no heading`)
        faults.push(
          ...[...complaints.slice(before), ...(await findLayoutFaults(page))].map((what) => `${path}: ${what}`),
        )
        loaded++
      }
      await page.close()
    }
    await Promise.all(Array.from({ length: 3 }, visit))
    expect(faults).toEqual([])
    expect(loaded).toBe(pages().length)
  }, 1_800_000)

  it('reports an error of a page', async () => {
    const page = await browser.newPage()
    const complaints = consoleErrorsOf(page, server.url)
    await page.goto(`${server.url}/nowhere.html`)
    await page.evaluate("console.error('planted')")
    await page.evaluate("setTimeout(() => { throw new Error('thrown') })")
    for (let looks = 0; !complaints.join().includes('thrown') && looks < 600; looks++) await page.waitForTimeout(50)
    expect(complaints.join()).toMatch(/404.*planted.*thrown|404.*thrown.*planted/)
    await page.close()
  }, 120_000)

  it('reports content that does not fit', async () => {
    const page = await browser.newPage()
    await page.goto(`${server.url}/floor-lock.html`)
    expect(await findLayoutFaults(page)).toEqual([])
    await page.evaluate(`{
      const table = document.querySelector('.vp-doc table')
      table.style.display = 'table'
      table.querySelector('td').style.minWidth = '2000px'
      const [first, second] = document.querySelectorAll('.vp-doc svg .message text')
      first.textContent += ' and a good deal more than there is room for'
      second.setAttribute('font-size', '9')
    }`)
    const faults = (await findLayoutFaults(page)).join('\n')
    expect(faults).toMatch(/at 1440: the page is \d+ px wider than the window/)
    expect(faults).toMatch(/at 1440: a table leaves its column/)
    expect(faults).toMatch(/at 390: letters of 11\.\d px: floor 7/)
    expect(faults).toMatch(/at 390: longer than its arrow: floor 6/)
    await page.close()
  }, 120_000)

  it('runs a whole application in the playground, by keyboard alone', async () => {
    const page = await browser.newPage()
    const complaints = consoleErrorsOf(page, server.url)
    await page.clock.install()
    await page.goto(`${server.url}/playground.html`)
    await page.waitForSelector('[data-running=true]', { timeout: 120_000 })
    const answer = page.getByRole('status')
    const seat = (name: string) => page.locator('.seat', { hasText: name })
    const press = async (...keys: ReadonlyArray<string>) => {
      for (const key of keys) await page.keyboard.press(key)
    }
    const waitFor = async (locator: typeof answer, text: string) =>
      locator.filter({ hasText: text }).first().waitFor({ timeout: 120_000 })

    // Enter in the field of the guest books the first seat.
    await page.getByRole('textbox', { name: 'Guest' }).focus()
    await press('Enter')
    await waitFor(answer, 'Booked: event 1 of seat-A1')
    await waitFor(seat('A1'), 'booked, Ada')
    // The first button after the field books it again.
    await press('Tab', 'Enter')
    await waitFor(answer, 'NotFree: the seat belongs to Ada')
    await press('Tab', 'Enter')
    await waitFor(answer, 'Paid: event 2 of seat-A1')
    // The radio buttons are one stop of the tabulator, before the field.
    await press('Shift+Tab', 'Shift+Tab', 'Shift+Tab', 'ArrowRight')
    expect(await page.getByRole('radio').nth(1).isChecked()).toBe(true)
    await press('Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Enter')
    await waitFor(answer, 'Booked: event 1 of seat-A2 · NotFree: the seat belongs to Ada')
    await waitFor(seat('A2'), 'booked, Ada')
    expect(await page.getByRole('row', { name: 'Ada 2 1 0' }).count()).toBe(1)
    // The process releases what is not paid for in time.
    await page.clock.fastForward(21_000)
    await waitFor(seat('A2'), 'free')
    await waitFor(page.locator('.log'), 'Released')
    expect(await page.locator('.log tbody tr').count()).toBe(4)
    expect([...complaints, ...(await findLayoutFaults(page))]).toEqual([])
    await page.close()
  }, 300_000)

  it.each([
    ['saga', 'process-managers'],
    // Types and functions, by their names.
    ['ExpectedVersion', 'reference/core/store/ExpectedVersion'],
    ['makePostgresStore', 'reference/postgres-store/PostgresStore'],
    ['describeLaws', 'reference/testing/laws/describeLaws'],
  ])(
    'search finds %s',
    async (word, place) => {
      const page = await browser.newPage()
      const complaints = consoleErrorsOf(page, server.url)
      await page.goto(`${server.url}/get-started.html`)
      await page.locator('.VPNavBarSearch button').first().click({ timeout: 120_000 })
      await page.locator('#localsearch-input').fill(word, { timeout: 120_000 })
      const found = page.locator(`.VPLocalSearchBox a.result[href*="${place}"]`).first()
      await found.click({ timeout: 120_000 })
      await page.waitForURL((url) => url.pathname.includes(place), { timeout: 120_000 })
      expect(complaints).toEqual([])
      await page.close()
    },
    300_000,
  )
})

describe('the site', () => {
  it('is not built when a link is broken, or a comment is missing', async () => {
    const { stage } = await import('../src/stage.ts')
    const planted = {
      file: 'docs/planted.md',
      page: 'planted',
      title: 'Planted',
      text: '# Planted\n\n[a](nowhere.md) `[b](code.md)`\n',
    }
    expect(existsSync(join(root, 'packages/core/dist/esm/index.d.ts'))).toBe(true)
    expect(stage([planted]).problems).toEqual(['leads nowhere: docs/planted.md: nowhere.md'])
  })
})
