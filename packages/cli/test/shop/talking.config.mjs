// The same shop, with a configuration that writes to the console.
import shop from './foldlog.config.mjs'

// biome-ignore lint/suspicious/noConsole: a configuration may write to the console
console.log('a configuration is loaded')

export default shop
