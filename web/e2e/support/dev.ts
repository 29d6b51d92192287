/** A campus that lives, to look at: `ONECARD_BIN=… npm run dev:world`, then `npm run dev`. */
import { CARDS, GATES, OPERATORS, PASSWORD } from './campus'
import { World } from './world'

const world = await World.start(Number(process.env.PORT ?? 8090))
console.log(`${world.url}  (ONECARD_HTTP=${world.url} npm run dev)`)
for (const { operator, role } of Object.values(OPERATORS)) {
  console.log(`  ${operator.padEnd(12)} ${PASSWORD}   ${role}`)
}
const cards = Object.values(CARDS)
let turn = 0
const swipe = setInterval(() => {
  turn += 1
  const gate = GATES[turn % GATES.length] ?? 'main-1'
  const card = cards[(turn * 7) % cards.length] ?? CARDS.student
  void world.gates.swipe(gate, turn % 3 === 0 ? 'out' : 'in', card).catch(() => undefined)
}, 900)
world.overload('north-203')
setTimeout(() => world.overload('north-505', 1500), 5_000)
process.once('SIGINT', () => {
  clearInterval(swipe)
  void world.stop().then(() => process.exit(0))
})
