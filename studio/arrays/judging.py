"""What pairs are worth under the aim that they were chosen for, and where they miss it, by their total."""

from dataclasses import replace

from matching import AssignmentProblem, Certificate, Solution, assign, verify

# Aims of which a choice is proven or not: there is no gap to tell how far it is from them.
BY_TOTAL = frozenset({"coverage_then_total", "total"})


def judged(problem: AssignmentProblem, solution: Solution) -> Certificate:
    """Check pairs against the prices beside them.

    Pairs that are allowed but miss an aim that comes before the total are no optimum. Then the bound is that of the
    total alone over as many pairs, which is what their own total can be held against.
    """
    certificate = verify(problem, solution)
    if certificate.valid or solution.objective in BY_TOTAL:
        return certificate
    best = assign(problem).with_pairs(problem, solution.pairs)
    return replace(verify(problem, best), valid=False)
