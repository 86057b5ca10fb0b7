const message = 'A test waits for what happens, not for time: until() or aHold() of test/support/waiting.ts.'

/**
 * No test may depend on a fixed pause: it is too short on a busy machine, and too long on every other one.
 * .oxlintrc.json excepts the poll of waiting.ts, limits on how long a whole run may take, and the machine whose time is
 * simulated.
 */
export const noPauses = {
  create: (context) => ({
    CallExpression(node) {
      const { callee } = node
      const name = callee.type === 'MemberExpression' ? callee.property.name : callee.name
      if (name === 'setTimeout' || name === 'waitForTimeout') context.report({ node, message })
    },
    ImportDeclaration(node) {
      if (/^(node:)?timers\/promises$/.test(node.source.value)) context.report({ node, message })
    },
  }),
}
