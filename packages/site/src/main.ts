import { build, serve } from 'vitepress'
import { places, stage, writePages } from './stage.ts'

const home = new URL('../..', import.meta.url).pathname

/** Writes the pages, renders them, and with `--serve` shows them. */
const main = async (parameters: ReadonlyArray<string>): Promise<number> => {
  const staged = stage()
  if (staged.problems.length > 0) {
    process.stderr.write(`${staged.problems.join('\n')}\n`)
    return 1
  }
  writePages(staged)
  await build(home)
  process.stdout.write(`${staged.pages.length} pages in ${places.site}\n`)
  if (parameters.includes('--serve')) await serve({ root: home })
  return 0
}

process.exitCode = await main(process.argv.slice(2))
