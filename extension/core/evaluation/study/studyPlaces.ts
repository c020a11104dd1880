/** The folders of a machine that a study reads and writes. */

import type { BasePlaces } from "../../baseModels/resolveBase.ts";
import type { PaperPlaces } from "../../dataset/paperDatasets.ts";

export type StudyPlaces = BasePlaces & PaperPlaces;
