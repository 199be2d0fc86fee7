import { describePrograms } from "../support/describePrograms.js";
import { families } from "../support/fuzz.js";

describePrograms(families.filter(({ of }) => of === "sources"));
