import type { Fault, FaultContext } from './Fault.ts'
import type { FaultSpan } from './FaultSpan.ts'
import { now } from './now.ts'
import type { Random } from './Random.ts'

/** All faults, each as often as its share, in random order, so that no kind is absent for long. */
const shuffleByShare = (random: Random, faults: ReadonlyArray<Fault>): ReadonlyArray<Fault> =>
  random.shuffle(faults.flatMap((fault) => Array.from({ length: fault.share }, () => fault)))

/**
 * Injects faults at irregular intervals, overlapping, until `over`. Returns the faults that had an effect, when the
 * last of them has been undone.
 *
 * @category combinators
 * @since 0.1.0
 */
export const injectFaults = async (
  context: FaultContext,
  faults: ReadonlyArray<Fault>,
  over: () => boolean,
): Promise<ReadonlyArray<FaultSpan>> => {
  const spans: Array<FaultSpan> = []
  const active = new Set<Promise<void>>()

  const inject = async ({ kind, inject }: Fault): Promise<void> => {
    const from = now()
    try {
      const met = await inject(context)
      if (met !== false) spans.push({ kind, from, to: now(), ...(met === true ? {} : { recovery: met }) })
    } catch {
      // The server was down because of another fault.
    }
  }

  while (!over()) {
    for (const fault of shuffleByShare(context.random, faults)) {
      await context.hold(context.random.int(0, 900))
      if (over()) break
      const one = inject(fault).finally(() => active.delete(one))
      active.add(one)
    }
  }
  await Promise.all(active)
  return spans
}
