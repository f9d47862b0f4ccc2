import type { Page } from 'playwright-core'

/** The minimum size of text, in pixels. */
const smallest = 14

/** Runs in the page. It is a text because code that is compiled for Node has no type of `document`. */
const findFaultsInPage = `(() => {
  const faults = []
  const beyond = document.documentElement.scrollWidth - document.documentElement.clientWidth
  if (beyond > 0) faults.push('the page is ' + beyond + ' px wider than the window')
  for (const table of document.querySelectorAll('.vp-doc table'))
    if (table.getBoundingClientRect().right > table.parentElement.getBoundingClientRect().right + 1)
      faults.push('a table leaves its column: ' + table.textContent.trim().slice(0, 40))
  for (const text of document.querySelectorAll('.vp-doc svg text')) {
    const size = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a
    if (size < ${smallest} - 0.1) faults.push('letters of ' + size.toFixed(1) + ' px: ' + text.textContent)
  }
  for (const message of document.querySelectorAll('.vp-doc svg .message')) {
    const [line, text] = [message.querySelector('line'), message.querySelector('text')]
    if (line === null || text === null) continue
    if (text.getBBox().width > line.getBBox().width) faults.push('longer than its arrow: ' + text.textContent)
  }
  for (const note of document.querySelectorAll('.vp-doc svg .note')) {
    const [box, text] = [note.querySelector('polygon'), note.querySelector('text')]
    if (text.getBBox().width > box.getBBox().width) faults.push('wider than its box: ' + text.textContent)
  }
  for (const entry of document.querySelectorAll('.VPSidebar .text'))
    if (entry.getBoundingClientRect().right > entry.closest('.VPSidebar').getBoundingClientRect().right && innerWidth >= 960)
      faults.push('cut in the side bar: ' + entry.textContent)
  const bar = document.querySelector('.VPNavBar')
  for (const part of bar?.querySelectorAll('.VPNavBarMenuLink, .VPSwitch') ?? [])
    if (part.getBoundingClientRect().right > innerWidth) faults.push('leaves the window: ' + (part.textContent || part.className))
  return faults
})()`

/** Widths of windows, in pixels: a laptop, the narrowest with an outline, a phone. */
export const widths = [1440, 1280, 390] as const

/**
 * Finds text that is too small, and content that is too wide or cut, on a loaded page, in windows of several widths.
 */
export const findLayoutFaults = async (page: Page): Promise<ReadonlyArray<string>> => {
  const faults: Array<string> = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    const found = await page.evaluate<ReadonlyArray<string>>(findFaultsInPage)
    faults.push(...found.map((what) => `at ${width}: ${what}`))
  }
  return faults
}
