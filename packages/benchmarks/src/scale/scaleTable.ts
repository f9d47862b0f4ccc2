import Table from 'cli-table3'
import { formatFigure } from '../formatFigure.ts'
import { ScaleReport, type Stage } from './ScaleReport.ts'

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')

/**
 * Formats the stages of a growing log as a table.
 *
 * @category destructors
 * @since 0.1.0
 */
export const scaleTable = (stages: ReadonlyArray<Stage>): string => {
  const table = new Table({
    head: ['events', 'what', 'this log', 'small log', 'this log is x times better', 'goal', 'rows'],
    style: { head: [], border: [], compact: true },
    colAligns: ['right', 'left', 'right', 'right', 'right', 'right', 'left'],
  })
  for (const stage of stages) {
    for (const [i, { workload, unit, foldlog, others, verified, absent }] of stage.results.entries()) {
      const small = Object.values(others)[0]
      const missing = Object.values(absent)[0] ?? ''
      table.push([
        i === 0 ? whole(stage.events) : '',
        `${workload}, ${unit}`,
        foldlog === null ? missing : formatFigure(foldlog.median),
        small === undefined ? missing : formatFigure(small.median),
        small === undefined
          ? ''
          : `${small.ratio.toFixed(2)} (${small.ratioLow.toFixed(2)} - ${small.ratioHigh.toFixed(2)})`,
        small?.goal === undefined ? '' : `${small.goal} ${small.ratio >= small.goal ? 'met' : 'MISSED'}`,
        verified ? 'yes' : 'NO',
      ])
    }
    const sizes = stage.sizes.map(({ name, bytes }) => `${name} ${whole(bytes / stage.events)}`)
    table.push([
      '',
      'bytes per event',
      whole(ScaleReport.bytesPerEvent(stage)),
      '',
      { content: sizes.join('\n'), colSpan: 3 },
    ])
  }
  return table.toString()
}
