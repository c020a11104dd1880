"""Shortest paths and orders in directed graphs."""

import heapq
from collections import defaultdict, deque


class Graph:
    def __init__(self, edges=()):
        self.neighbors = defaultdict(dict)
        for start, end, weight in edges:
            self.add_edge(start, end, weight)

    def add_edge(self, start, end, weight=1):
        self.neighbors[start][end] = weight
        self.neighbors.setdefault(end, {})

    def nodes(self):
        return sorted(self.neighbors)


def breadth_first(graph, start):
    visited = {start}
    queue = deque([start])
    order = []
    while queue:
        node = queue.popleft()
        order.append(node)
        for neighbor in graph.neighbors[node]:
            if neighbor not in visited:
                visited.add(neighbor)
                queue.append(neighbor)
    return order


def shortest_path(graph, start, goal):
    distances = {start: 0}
    previous = {}
    heap = [(0, start)]
    while heap:
        distance, node = heapq.heappop(heap)
        if node == goal:
            break
        if distance > distances.get(node, float("inf")):
            continue
        for neighbor, weight in graph.neighbors[node].items():
            candidate = distance + weight
            if candidate < distances.get(neighbor, float("inf")):
                distances[neighbor] = candidate
                previous[neighbor] = node
                heapq.heappush(heap, (candidate, neighbor))
    if goal not in distances:
        return None
    path = [goal]
    while path[-1] != start:
        path.append(previous[path[-1]])
    return list(reversed(path))


def topological_order(graph):
    incoming = {node: 0 for node in graph.neighbors}
    for targets in graph.neighbors.values():
        for target in targets:
            incoming[target] += 1
    ready = [node for node, count in incoming.items() if count == 0]
    order = []
    while ready:
        node = ready.pop()
        order.append(node)
        for target in graph.neighbors[node]:
            incoming[target] -= 1
            if incoming[target] == 0:
                ready.append(target)
    if len(order) != len(incoming):
        raise ValueError("the graph has a cycle")
    return order
