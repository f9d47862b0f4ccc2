import { type Defect, defects, type Finding } from './Defect.ts'
import { HandlerTotals } from './HandlerTotals.ts'
import { Stall } from './Stall.ts'

/**
 * The findings of a check. Appends end `acknowledged`, `refused` or `abandoned`; those whose outcome was `unknown` for
 * a time are counted separately. `defective`: the number of events with each defect; `evidence`: the first few of each
 * kind.
 *
 * @category model
 * @since 0.1.0
 */
export interface Findings {
  readonly appends: {
    readonly acknowledged: number
    readonly refused: number
    readonly abandoned: number
    readonly unknown: number
    /** Acknowledged appends that a rewind of the log lost. */
    readonly undone: number
    /**
     * How many times a reader saw an event that was in progress at the moment of the backup: the known fault that the
     * README describes.
     */
  }
  readonly events: number
  readonly defective: Readonly<Record<Defect, number>>
  readonly evidence: ReadonlyArray<Finding>
  readonly stall: Stall
  readonly handlers: HandlerTotals
}

const maxEvidence = 3

/** The number of reported findings of each kind. A broken store breaks thousands of events, and three are enough. */
const first = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> =>
  defects.flatMap((defect) => findings.filter((finding) => finding.defect === defect).slice(0, maxEvidence))

// The loop below sets a number for every defect.
const eachDefect = (number: (defect: Defect) => number): Findings['defective'] =>
  Object.fromEntries(defects.map((defect) => [defect, number(defect)])) as Record<Defect, number>

/**
 * Makes the findings of a round.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = (
  appends: Findings['appends'],
  events: number,
  findings: ReadonlyArray<Finding>,
  stall: Stall,
  handlers: HandlerTotals,
): Findings => ({
  appends,
  events,
  defective: eachDefect((defect) => findings.filter((finding) => finding.defect === defect).length),
  evidence: first(findings),
  stall,
  handlers,
})

/**
 * The findings of no rounds.
 *
 * @category instances
 * @since 0.1.0
 */
const empty: Findings = of(
  { acknowledged: 0, refused: 0, abandoned: 0, unknown: 0, undone: 0 },
  0,
  [],
  Stall.none,
  HandlerTotals.none,
)

/**
 * The sum of the findings of two rounds.
 *
 * @category instances
 * @since 0.1.0
 */
const concat = (a: Findings, b: Findings): Findings => ({
  appends: {
    acknowledged: a.appends.acknowledged + b.appends.acknowledged,
    refused: a.appends.refused + b.appends.refused,
    abandoned: a.appends.abandoned + b.appends.abandoned,
    unknown: a.appends.unknown + b.appends.unknown,
    undone: a.appends.undone + b.appends.undone,
  },
  events: a.events + b.events,
  defective: eachDefect((defect) => a.defective[defect] + b.defective[defect]),
  evidence: first([...a.evidence, ...b.evidence]),
  stall: Stall.longer(a.stall, b.stall),
  handlers: HandlerTotals.concat(a.handlers, b.handlers),
})

/**
 * Functions on {@link Findings}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Findings = { of, empty, concat } as const
