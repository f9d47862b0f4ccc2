import * as core from '@foldlog/core'
import * as dispatcher from '@foldlog/dispatcher'
import * as memoryStore from '@foldlog/memory-store'
import * as fpTs from 'fp-ts'
import * as ioTs from 'io-ts'
import count from './counter.cjs'

console.log(JSON.stringify(await count({ core, dispatcher, memoryStore, fpTs, ioTs })))
