#!/usr/bin/env node
// Not src/cli.ts itself: npm links only what is there when it installs, and in a fresh clone nothing has been built yet.
import '../dist/esm/cli.js'
