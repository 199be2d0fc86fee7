import { rulesPass } from "./applyRules.js";
import { arithmeticRules } from "./rules/arithmetic.js";
import { broadcastRules } from "./rules/broadcast.js";
import { positionRules } from "./rules/positions.js";
import { rootRules, trivialPowerRules } from "./rules/powers.js";
import { selectionRules } from "./rules/selection.js";
import { shapeRules } from "./rules/shape.js";
import { sumRules } from "./rules/sums.js";

/** Algebraic identities that make a graph smaller, in any phase. */
export const simplifyRules = [
  ...arithmeticRules,
  ...trivialPowerRules,
  ...rootRules,
  ...selectionRules,
  ...shapeRules,
  ...broadcastRules,
  ...sumRules,
  ...positionRules,
];

export const pass = rulesPass("simplify", simplifyRules);
