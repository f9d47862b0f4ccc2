import type { Page } from 'playwright-core'

/** The minimum size of text, in pixels. */
const smallest = 14

/** Looked at in the page: as a text, because what is compiled for Node knows no document. */
const findFaultsInPage = `(() => {
  const told = []
  const beyond = document.documentElement.scrollWidth - document.documentElement.clientWidth
  if (beyond > 0) told.push('the page is ' + beyond + ' px wider than the window')
  for (const table of document.querySelectorAll('.vp-doc table'))
    if (table.getBoundingClientRect().right > table.parentElement.getBoundingClientRect().right + 1)
      told.push('a table leaves its column: ' + table.textContent.trim().slice(0, 40))
  for (const text of document.querySelectorAll('.vp-doc svg text')) {
    const size = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a
    if (size < ${smallest} - 0.1) told.push('letters of ' + size.toFixed(1) + ' px: ' + text.textContent)
  }
  for (const message of document.querySelectorAll('.vp-doc svg .message')) {
    const [line, text] = [message.querySelector('line'), message.querySelector('text')]
    if (line === null || text === null) continue
    if (text.getBBox().width > line.getBBox().width) told.push('longer than its arrow: ' + text.textContent)
  }
  for (const note of document.querySelectorAll('.vp-doc svg .note')) {
    const [box, text] = [note.querySelector('polygon'), note.querySelector('text')]
    if (text.getBBox().width > box.getBBox().width) told.push('wider than its box: ' + text.textContent)
  }
  for (const entry of document.querySelectorAll('.VPSidebar .text'))
    if (entry.getBoundingClientRect().right > entry.closest('.VPSidebar').getBoundingClientRect().right && innerWidth >= 960)
      told.push('cut in the side bar: ' + entry.textContent)
  const bar = document.querySelector('.VPNavBar')
  for (const part of bar?.querySelectorAll('.VPNavBarMenuLink, .VPSwitch') ?? [])
    if (part.getBoundingClientRect().right > innerWidth) told.push('leaves the window: ' + (part.textContent || part.className))
  return told
})()`

/** Widths of windows, in pixels: a laptop, the narrowest with an outline, a phone. */
export const widths = [1440, 1280, 390] as const

/**
 * Finds text that is too small, and content that is too wide or cut, on a loaded page, in windows of several widths.
 */
export const findLayoutFaults = async (page: Page): Promise<ReadonlyArray<string>> => {
  const told: Array<string> = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    const found = await page.evaluate<ReadonlyArray<string>>(findFaultsInPage)
    told.push(...found.map((what) => `at ${width}: ${what}`))
  }
  return told
}
