import { CommandRequest, Origin, Responder } from '@foldlog/http'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

const request = (headers: Readonly<Record<string, string>>): Request =>
  new Request('http://localhost:3000/orders/17/cancel', { method: 'POST', headers })

describe('the origin of a request', () => {
  it.each([
    ['of no page', {}, true],
    ['of the own page', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:3000' }, true],
    ['of the user alone', { 'Sec-Fetch-Site': 'none' }, true],
    ['of the own page in an older browser', { Origin: 'http://localhost:3000' }, true],
    ['of the own page behind a proxy that ends TLS', { Origin: 'https://localhost:3000' }, true],
    ['of a trusted page', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://trusted.example' }, true],
    ['of another page', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://attacker.example' }, false],
    ['of a page of the same site', { 'Sec-Fetch-Site': 'same-site' }, false],
    ['of another page in an older browser', { Origin: 'https://attacker.example' }, false],
    ['of another port', { Origin: 'http://localhost:3001' }, false],
    ['of a page that hides its origin', { Origin: 'null' }, false],
    ['that is no text of a browser', { 'Sec-Fetch-Site': 'x' }, false],
  ])('%s is accepted or not', (_, headers, accepted) => {
    expect(E.isRight(Origin.check(['https://trusted.example'])(request(headers)))).toBe(accepted)
  })
})

describe('a form of another site without a body', () => {
  const answer = (headers: Readonly<Record<string, string>>): Promise<Response> => {
    const asked = request(headers)
    return Responder.make<never>({})(
      asked,
      F.pipe(
        asked,
        CommandRequest.read(t.strict({})),
        TE.map(() => ({ status: 204 })),
      ),
    )
  }

  it('does nothing, by its origin and also by its type alone', async () => {
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    expect((await answer({ ...form, Origin: 'https://attacker.example' })).status).toBe(403)
    expect((await answer({ 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect((await answer(form)).status).toBe(415)
    expect((await answer({})).status).toBe(204)
  })
})
