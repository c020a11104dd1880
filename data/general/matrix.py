"""Matrices and vectors in plain Python."""

import math
import random


class Matrix:
    def __init__(self, rows):
        self.rows = [list(row) for row in rows]
        self.height = len(self.rows)
        self.width = len(self.rows[0]) if self.rows else 0
        if any(len(row) != self.width for row in self.rows):
            raise ValueError("all rows must have the same length")

    @classmethod
    def identity(cls, size):
        return cls([[1 if i == j else 0 for j in range(size)] for i in range(size)])

    @classmethod
    def random(cls, height, width, seed=None):
        generator = random.Random(seed)
        return cls([[generator.gauss(0, 1) for _ in range(width)] for _ in range(height)])

    def __getitem__(self, index):
        i, j = index
        return self.rows[i][j]

    def __eq__(self, other):
        return isinstance(other, Matrix) and self.rows == other.rows

    def __add__(self, other):
        if (self.height, self.width) != (other.height, other.width):
            raise ValueError("matrices must have the same shape")
        return Matrix([[a + b for a, b in zip(x, y)] for x, y in zip(self.rows, other.rows)])

    def __matmul__(self, other):
        if self.width != other.height:
            raise ValueError(f"cannot multiply {self.width} columns by {other.height} rows")
        columns = list(zip(*other.rows))
        return Matrix([[dot(row, column) for column in columns] for row in self.rows])

    def __mul__(self, factor):
        return Matrix([[factor * x for x in row] for row in self.rows])

    @property
    def transposed(self):
        return Matrix(zip(*self.rows))

    def trace(self):
        return sum(self.rows[i][i] for i in range(min(self.height, self.width)))

    def determinant(self):
        if self.height != self.width:
            raise ValueError("only square matrices have a determinant")
        rows = [row[:] for row in self.rows]
        result = 1.0
        for i in range(self.height):
            pivot = max(range(i, self.height), key=lambda k: abs(rows[k][i]))
            if rows[pivot][i] == 0:
                return 0.0
            if pivot != i:
                rows[i], rows[pivot] = rows[pivot], rows[i]
                result = -result
            result *= rows[i][i]
            for k in range(i + 1, self.height):
                factor = rows[k][i] / rows[i][i]
                for j in range(i, self.height):
                    rows[k][j] -= factor * rows[i][j]
        return result


def dot(x, y):
    return sum(a * b for a, b in zip(x, y))


def norm(x):
    return math.sqrt(dot(x, x))


def normalized(x):
    length = norm(x)
    if length == 0:
        return list(x)
    return [value / length for value in x]


def cosine_similarity(x, y):
    return dot(normalized(x), normalized(y))
