/** Opens a published completion benchmark as the suite of a run. */

import type { ContextKind } from "../../../completion/context/contextFields.ts";
import { UserError } from "../../../foundation/errors.ts";
import { say } from "../../../foundation/words/said.ts";
import { openCompletionTasks } from "../../suites/completionTasks.ts";
import type { TaskOptions } from "../../suites/tasks.ts";
import type { EvaluationSuite } from "../evaluationSuite.ts";
import { infillerConfiguration } from "../infillerConfiguration.ts";
import type { EvaluationSettings } from "../evaluationRequest.ts";
import { predictCompletion } from "./predictCompletion.ts";

/** @throws UserErrors of reading the rows; "option-invalid" for a folder as repository */
export async function openCompletion(settings: EvaluationSettings, read: TaskOptions): Promise<EvaluationSuite> {
  const { suite, limit, context, repository, prior, draft } = settings;
  if (repository !== undefined) {
    const message = say`Cannot use ${repository} as the repository of ${suite}: its rows give the context themselves.`;
    throw new UserError("option-invalid", message, say`Leave out --repository.`);
  }
  const tasks = await openCompletionTasks(suite, read);
  const { name, hash, problems, benchmark } = tasks;
  const count = Math.min(limit ?? tasks.count, tasks.count);
  return {
    name,
    problems,
    configuration: {
      suite: { name, kind: "completion", hash, tasks: count },
      protocol: benchmark,
      ...infillerConfiguration(settings, contextConfiguration(context)),
    },
    predict: async (run, candidate, control) => {
      const infiller = await candidate.openInfiller(control);
      try {
        await predictCompletion(run, { tasks, count, options: { context, prior, draft } }, infiller, control);
      } finally {
        await infiller.release();
      }
    },
    release: async () => {},
  };
}

function contextConfiguration(kind: ContextKind): EvaluationSuite["configuration"]["context"] {
  if (kind === "repository") return { kind: "given" };
  return kind === "none" ? { kind } : undefined;
}
