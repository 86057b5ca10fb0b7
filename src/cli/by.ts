/** The operator's name beside what this door does: it knows no other. */
export const by = 'command line'
