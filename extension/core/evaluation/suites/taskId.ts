/** The id of a task: data sets have texts or numbers. */

import * as z from "zod";
import { emptyField } from "../../dataset/jsonLines.ts";

export const idSchema = z.union([z.string().min(1, emptyField), z.number()]).transform(String);
