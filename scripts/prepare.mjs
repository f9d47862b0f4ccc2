// Before `npm start` and `npm test`: installs missing packages, builds stale ones, and is silent when there is nothing
// to do. Everything past this check is imported dynamically, so that an old Node gets this far and no further.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `foldlog needs Node 20.19 or newer, and this is ${process.versions.node}. See https://nodejs.org/en/download`,
  )
  process.exit(1)
}

const { installIfStale } = await import('./install.mjs')
installIfStale()
await import('./build.mjs')
