import { fileURLToPath } from 'node:url'
import { build } from 'vitepress'
import { serve } from './serve.ts'
import { places, stage, writePages } from './stage.ts'

const home = fileURLToPath(new URL('../..', import.meta.url))

/** Writes the pages, renders them, and with `--serve` shows them until ^C. */
const main = async (parameters: ReadonlyArray<string>): Promise<number> => {
  const staged = stage()
  if (staged.problems.length > 0) {
    process.stderr.write(`${staged.problems.join('\n')}\n`)
    return 1
  }
  writePages(staged)
  await build(home)
  process.stdout.write(`${staged.pages.length} pages in ${places.site}\n`)
  if (parameters.includes('--serve')) process.stdout.write(`${(await serve(places.site)).url}\n`)
  return 0
}

process.exitCode = await main(process.argv.slice(2))
