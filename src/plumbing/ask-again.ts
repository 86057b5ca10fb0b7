/** It cannot be decided at this moment: ask again shortly. A normal race, no fault. */
export class AskAgain extends Error {}
