"""Means and medians, with their tests."""

import math
import unittest


def mean(values):
    values = list(values)
    if not values:
        raise ValueError("mean of nothing")
    return sum(values) / len(values)


def median(values):
    ordered = sorted(values)
    n = len(ordered)
    if n == 0:
        raise ValueError("median of nothing")
    middle = n // 2
    if n % 2 == 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def variance(values):
    values = list(values)
    average = mean(values)
    return sum((x - average) ** 2 for x in values) / (len(values) - 1)


def standard_deviation(values):
    return math.sqrt(variance(values))


def normalize(values):
    values = list(values)
    low, high = min(values), max(values)
    if low == high:
        return [0.0 for _ in values]
    return [(x - low) / (high - low) for x in values]


class MeanTest(unittest.TestCase):
    def test_mean_of_integers(self):
        self.assertEqual(mean([1, 2, 3]), 2)

    def test_mean_of_nothing(self):
        with self.assertRaises(ValueError):
            mean([])


class MedianTest(unittest.TestCase):
    def setUp(self):
        self.values = [5, 1, 4, 2, 3]

    def test_odd_number_of_values(self):
        self.assertEqual(median(self.values), 3)

    def test_even_number_of_values(self):
        self.assertEqual(median(self.values + [6]), 3.5)

    def test_order_does_not_matter(self):
        self.assertEqual(median(self.values), median(reversed(self.values)))


class NormalizeTest(unittest.TestCase):
    def test_bounds(self):
        result = normalize([10, 20, 30])
        self.assertEqual(result[0], 0.0)
        self.assertEqual(result[-1], 1.0)

    def test_equal_values(self):
        self.assertEqual(normalize([7, 7, 7]), [0.0, 0.0, 0.0])

    def test_standard_deviation(self):
        self.assertAlmostEqual(standard_deviation([2, 4, 4, 4, 5, 5, 7, 9]), 2.138, places=3)


if __name__ == "__main__":
    unittest.main()
