import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { ScaleReport, type Stage } from './ScaleReport.ts'

/**
 * A picture: the name of its file, and its content.
 *
 * @category model
 * @since 0.1.0
 */
export interface Picture {
  readonly name: string
  readonly svg: string
}

interface Point {
  readonly events: number
  readonly figure: number
  readonly log: string
}

const longLog = 'this log'

const pointsOf = (stages: ReadonlyArray<Stage>, name: string): ReadonlyArray<Point> =>
  stages.flatMap(({ events, results }) => {
    const result = results.find(({ workload }) => workload === name)
    const small = Object.values(result?.others ?? {})[0]
    return [
      ...(result?.foldlog ? [{ events, figure: result.foldlog.median, log: longLog }] : []),
      ...(small ? [{ events, figure: small.median, log: 'a small log, in the same minutes' }] : []),
    ]
  })

const draw = (points: ReadonlyArray<Point>, unit: string): string => {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const svg = Plot.plot({
    document,
    width: 720,
    height: 360,
    marginLeft: 70,
    style: { background: 'white', color: 'black' },
    x: { label: 'events in the log', tickFormat: '~s', zero: true },
    y: { label: unit, zero: true, grid: true },
    color: { legend: false, domain: [...new Set(points.map(({ log }) => log))] },
    marks: [
      Plot.lineY(points, { x: 'events', y: 'figure', stroke: 'log' }),
      Plot.dot(points, { x: 'events', y: 'figure', fill: 'log' }),
      Plot.text(
        points,
        Plot.selectLast({ x: 'events', y: 'figure', z: 'log', text: 'log', fill: 'log', textAnchor: 'end', dy: -10 }),
      ),
      Plot.ruleY([0]),
    ],
  })
  // An SVG outside of HTML needs a namespace.
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  return `${svg.outerHTML}\n`
}

/**
 * Draws a curve for every figure over the number of events, and one for the bytes per event on the disk.
 *
 * @category destructors
 * @since 0.1.0
 */
export const plots = ({ stages }: Pick<ScaleReport, 'stages'>): ReadonlyArray<Picture> => {
  const measured = stages[0]?.results ?? []
  const sizes = stages.map((stage) => ({
    events: stage.events,
    figure: ScaleReport.bytesPerEvent(stage),
    log: 'tables and indexes',
  }))
  return [
    ...measured.map(({ workload, unit }) => ({ name: workload, svg: draw(pointsOf(stages, workload), unit) })),
    { name: 'size', svg: draw(sizes, 'bytes per event') },
  ]
}
