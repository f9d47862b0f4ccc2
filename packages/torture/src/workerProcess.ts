import type { WorkerConfig } from './WorkerConfig.ts'
import { CommandChannel } from './worker/CommandChannel.ts'
import { handlers } from './worker/handlers.ts'
import { PathCounter } from './worker/PathCounter.ts'
import { reader } from './worker/reader.ts'
import { writers } from './worker/writers.ts'

// The coordinator wrote it.
const config = JSON.parse(process.argv[2] ?? '') as WorkerConfig
const commands = CommandChannel.open()
const ready = (): void => void process.send?.('ready')

const paths = PathCounter.make(
  (counts) =>
    new Promise((sent) => (process.send === undefined ? sent() : process.send({ paths: counts }, () => sent()))),
)

await (config.role === 'writers'
  ? writers(config, commands, ready, paths)
  : config.role === 'reader'
    ? reader(config, commands, ready)
    : handlers(config, commands, ready, (member) => void process.send?.({ member }), paths))
await paths.stop()
process.exit(0)
