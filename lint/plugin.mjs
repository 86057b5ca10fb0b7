import { noPauses } from './pauses.mjs'
import { ownRooms } from './rooms.mjs'

/**
 * The time comes through `services.clock`, so that a test can be at midnight in Beijing: no `new Date()`, no
 * `Date.now()`.
 */
const ownTime = {
  create: (context) => ({
    NewExpression(node) {
      if (node.callee.name === 'Date' && node.arguments.length === 0) {
        context.report({ node, message: 'The time comes through services.clock: no new Date() without an argument.' })
      }
    },
    MemberExpression(node) {
      if (node.object.name === 'Date' && node.property.name === 'now') {
        context.report({ node, message: 'The time comes through services.clock: no Date.now().' })
      }
    },
  }),
}

export default { meta: { name: 'paycoupon' }, rules: { 'no-pauses': noPauses, 'own-time': ownTime, rooms: ownRooms } }
