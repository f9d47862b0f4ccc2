// The same package by `require`, which has a copy of its own.
const { it } = require('node:test')
const { EventCodec } = require('@foldlog/core')
const { checkCodec } = require('@foldlog/testing')
const t = require('io-ts')

const bad = process.env.RUNNERS_FAIL !== undefined
it('is stored', () => checkCodec(EventCodec.make({ Counted: t.type({ by: bad ? t.undefined : t.Int }) })))
