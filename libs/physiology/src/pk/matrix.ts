/** A small square matrix by rows. Functions here serve set-up, not inner loops. */
export type Matrix = readonly (readonly number[])[];

/** Coefficients of the diagonal Padé approximant of order 6 of the exponential. */
const PADE = [1, 1 / 2, 5 / 44, 1 / 66, 1 / 792, 1 / 15_840, 1 / 665_280];

export function at(matrix: Matrix, row: number, column: number): number {
  return matrix[row]?.[column] ?? 0;
}

function build(size: number, entry: (row: number, column: number) => number): Matrix {
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (__, column) => entry(row, column)),
  );
}

export function identity(size: number): Matrix {
  return build(size, (row, column) => (row === column ? 1 : 0));
}

export function product(a: Matrix, b: Matrix): Matrix {
  return build(a.length, (row, column) =>
    b.reduce((sum, _, inner) => sum + at(a, row, inner) * at(b, inner, column), 0),
  );
}

function combined(a: Matrix, b: Matrix, factor: number): Matrix {
  return build(a.length, (row, column) => at(a, row, column) + factor * at(b, row, column));
}

/** Solves A·X = B by elimination with row pivoting; A is regular in every use here. */
function solve(a: Matrix, b: Matrix): Matrix {
  const size = a.length;
  const rows = a.map((row, index) => [...row, ...(b[index] ?? [])]);
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs(at(rows, row, pivot)) > Math.abs(at(rows, best, pivot))) best = row;
    }
    const lead = rows[best] ?? [];
    rows[best] = rows[pivot] ?? [];
    const scaled = lead.map((value) => value / (lead[pivot] ?? 1));
    rows.forEach((row, index) => {
      const factor = row[pivot] ?? 0;
      if (index !== pivot) rows[index] = row.map((value, column) => value - factor * (scaled[column] ?? 0));
    });
    rows[pivot] = scaled;
  }
  return rows.map((row) => row.slice(size));
}

/**
 * The exponential of a matrix, by scaling and squaring with a Padé approximant.
 *
 * Promises an error near the rounding of doubles for the matrices of this library: the approximant is used at a norm of
 * at most 1/2, where its own error lies below 1e-16. Source: Moler and Van Loan 2003, method 3.
 */
export function exponential(matrix: Matrix): Matrix {
  const norm = Math.max(...matrix.map((row) => row.reduce((sum, value) => sum + Math.abs(value), 0)));
  const squarings = norm > 0.5 ? Math.ceil(Math.log2(norm / 0.5)) : 0;
  const scaled = matrix.map((row) => row.map((value) => value / 2 ** squarings));

  let power = identity(matrix.length);
  let above = power;
  let below = power;
  for (const [index, coefficient] of PADE.entries()) {
    if (index === 0) continue;
    power = product(power, scaled);
    above = combined(above, power, coefficient);
    below = combined(below, power, index % 2 === 0 ? coefficient : -coefficient);
  }
  let result = solve(below, above);
  for (let count = 0; count < squarings; count++) result = product(result, result);
  return result;
}
