import { type RecordedEvent, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { account } from '../account/Service.ts'
import type { TransferEvent } from '../transfer/Events.ts'
import { transfer } from '../transfer/Service.ts'
import { describeEvent } from './describe.ts'
import { money } from './money.ts'

const ofTransfer = ({ type, data }: TransferEvent): string => {
  switch (type) {
    case 'TransferRequested':
      return `requested: ${money(data.amount)} from ${data.from} to ${data.to}`
    case 'TransferCompleted':
      return 'completed'
    case 'TransferRefused':
      return `refused: ${data.reason}`
    case 'TransferCompensated':
      return `compensated: ${data.reason}`
  }
}

const ofAccount = (event: Parameters<typeof describeEvent>[0]): string => {
  const { what, day, amount, about } = describeEvent(event)
  return [what, day, amount === undefined ? '' : money(amount), about].filter((text) => text !== '').join('  ')
}

const plain = ({ type }: RecordedEvent): string => `${type} (unknown type)`

const words = (event: RecordedEvent): string => {
  switch (StreamName.category(event.stream)) {
    case account.category: {
      const decoded = account.events.decode(event)
      return E.isLeft(decoded) ? plain(event) : decoded.right.map(ofAccount).join('; ')
    }
    case transfer.category: {
      const decoded = transfer.events.decode(event)
      return E.isLeft(decoded) ? plain(event) : decoded.right.map(ofTransfer).join('; ')
    }
    default:
      return plain(event)
  }
}

/**
 * Describes an event of the log in a line: its position and time, its stream and version, and its content.
 *
 * @category destructors
 * @since 0.1.0
 */
export const describeRecorded = (event: RecordedEvent): string => {
  const time = event.recordedAt.toISOString().slice(11, 23)
  return `${String(event.position).padStart(8)}  ${time}  ${event.stream} v${event.version}  ${words(event)}`
}
