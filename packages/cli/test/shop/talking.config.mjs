// The same shop, with a configuration that writes to the console.
import shop from './foldlog.config.mjs'

console.log('a configuration is loaded')

export default shop
