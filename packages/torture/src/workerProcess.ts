import type { Assignment } from './Assignment.ts'
import { handlers } from './worker/handlers.ts'
import { Inbox } from './worker/Inbox.ts'
import { reader } from './worker/reader.ts'
import { writers } from './worker/writers.ts'

// The conductor wrote it.
const assignment = JSON.parse(process.argv[2] ?? '') as Assignment
const inbox = Inbox.open()
const ready = (): void => void process.send?.('ready')

await (assignment.role === 'writers'
  ? writers(assignment, inbox, ready)
  : assignment.role === 'reader'
    ? reader(assignment, inbox, ready)
    : handlers(assignment, inbox, ready, (member) => void process.send?.({ member })))
process.exit(0)
