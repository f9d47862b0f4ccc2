// Jest has no configuration here: what Node would load by `require` is what it finds, and nothing of it is transformed.
const count = require('./counter.cjs')
const { dependencies } = require('../package.json')

test('counts', async () => {
  const counted = await count(require('./required.cjs'))
  expect(counted).toEqual({ results: ['Right', 'Left', 'Right'], refusal: 'below zero', sum: 42 })
})

test.each(Object.keys(dependencies))('%s can be required', (name) => {
  expect(Object.keys(require(name))).not.toEqual([])
})
