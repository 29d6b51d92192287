import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { World } from '../support/world'

let world: World

beforeAll(async () => {
  world = await World.start()
})

afterAll(async () => {
  await world?.stop()
})

it('the interface that the types are made from is that of the controller', async () => {
  const served: unknown = await (await fetch(`${world.controller.http}/openapi.json`)).json()
  const kept: unknown = JSON.parse(readFileSync('openapi.json', 'utf8'))
  // If not: `npm run api -- --from URL`, and mend what no longer compiles.
  expect(served).toEqual(kept)
})
