import { readProjection } from './fixtures.ts'
import type { RuntimeLawContext } from './RuntimeLawContext.ts'

export const generationOf = async (context: RuntimeLawContext, name: string): Promise<number> =>
  (await readProjection(context, name)).generation

/** Waits until another generation serves. */
export const swapped = (context: RuntimeLawContext, name: string, before: number): Promise<void> =>
  context.until('the new generation serves', async () => (await generationOf(context, name)) > before)
