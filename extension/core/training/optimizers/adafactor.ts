/** Adafactor: its state for a matrix is only the means of the squared gradients by row and by column. */

import { gradientAt, stateOf, type NamedTensor, type Optimizer } from "./optimizer.ts";

export interface AdafactorOptions {
  readonly weightDecay?: number;
}

/** The mean of squares at step t decays by 1 - t^exponent. */
const exponent = -0.8;
/** Added to squared gradients. */
const epsilon = 1e-30;
/** Maximum root mean square of a parameter's update, before the learning rate. */
const clipThreshold = 1;

/** Parameter and optimizer state of a matrix [rows, columns]. A vector is one row, with a mean for each of its elements. */
interface Entry {
  readonly parameter: NamedTensor;
  readonly rows: number;
  readonly columns: number;
  readonly state: readonly NamedTensor[];
  /** Updates the state with a gradient and returns the factors that scale it, by row and by column. */
  readonly factors: (gradient: Float32Array, decay: number) => { ofRow: Float64Array; ofColumn: Float64Array };
}

/**
 * Source: Shazeer and Stern, arXiv 1804.04235, algorithms 4 and 5, in the form of transformers' Adafactor with scale_parameter
 * and relative_step off. Its Trainer uses these settings for optim="adafactor", and so did the paper.
 */
export function adafactor(parameters: readonly NamedTensor[], { weightDecay = 0 }: AdafactorOptions = {}): Optimizer {
  const entries = parameters.map((parameter) => (parameter.shape.length === 2 ? matrix(parameter) : vector(parameter)));
  return {
    state: entries.flatMap(({ state }) => state),
    update(gradients, { number, learningRate }) {
      const decay = 1 - number ** exponent;
      for (const [index, { parameter, rows, columns, factors }] of entries.entries()) {
        const { values } = parameter;
        const gradient = gradientAt(gradients, index, parameter);
        const { ofRow, ofColumn } = factors(gradient, decay);
        let squares = 0;
        for (let row = 0, i = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++, i++) {
            squares += (gradient[i]! * ofRow[row]! * ofColumn[column]!) ** 2;
          }
        }
        const rms = Math.sqrt(squares / values.length);
        const stepSize = learningRate / Math.max(1, rms / clipThreshold);
        const kept = 1 - learningRate * weightDecay;
        for (let row = 0, i = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++, i++) {
            values[i] = kept * values[i]! - stepSize * gradient[i]! * ofRow[row]! * ofColumn[column]!;
          }
        }
      }
    },
  };
}

/** Approximates each mean square by (mean of its row) · (mean of its column) / (mean of all). */
function matrix(parameter: NamedTensor): Entry {
  const [rows, columns] = [parameter.shape[0]!, parameter.shape[1]!];
  const [byRow, byColumn] = [stateOf(parameter, "rows", [rows]), stateOf(parameter, "columns", [columns])];
  const [rowSums, columnSums] = [new Float64Array(rows), new Float64Array(columns)];
  return {
    parameter,
    rows,
    columns,
    state: [byRow, byColumn],
    factors: (gradient, decay) => {
      rowSums.fill(0);
      columnSums.fill(0);
      for (let row = 0, i = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++, i++) {
          const square = gradient[i]! ** 2 + epsilon;
          rowSums[row]! += square;
          columnSums[column]! += square;
        }
      }
      remember(byRow.values, rowSums, decay, columns);
      remember(byColumn.values, columnSums, decay, rows);
      const mean = byRow.values.reduce((sum, value) => sum + value, 0) / rows;
      return { ofRow: rowSums.map((_, row) => Math.sqrt(mean / byRow.values[row]!)), ofColumn: inverseRoots(byColumn) };
    },
  };
}

function vector(parameter: NamedTensor): Entry {
  const squares = stateOf(parameter, "squares", parameter.shape);
  return {
    parameter,
    rows: 1,
    columns: parameter.values.length,
    state: [squares],
    factors: (gradient, decay) => {
      remember(
        squares.values,
        Float64Array.from(gradient, (g) => g ** 2 + epsilon),
        decay,
        1,
      );
      return { ofRow: Float64Array.of(1), ofColumn: inverseRoots(squares) };
    },
  };
}

/** Updates exponential moving averages with the means `sums` / `count`. */
function remember(means: Float32Array, sums: Float64Array, decay: number, count: number): void {
  for (let i = 0; i < means.length; i++) means[i] = decay * means[i]! + ((1 - decay) * sums[i]!) / count;
}

function inverseRoots({ values }: NamedTensor): Float64Array {
  return Float64Array.from(values, (value) => 1 / Math.sqrt(value));
}
