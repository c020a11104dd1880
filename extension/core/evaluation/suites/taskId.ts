/** The id of a task: data sets have texts or numbers. */

import * as z from "zod";

export const idSchema = z.union([z.string().min(1, "is empty"), z.number()]).transform(String);
