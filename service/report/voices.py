"""What people said, in their own words, by topic."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from service.needs_met import top_code

Node = dict[str, Any]
Spans = list[Node]


def voices_by_topic(points: list[Node], needs: list[Node]) -> Node:
    """Return the sentences of each topic with the words that show it, the doubtful ones, good news, and counts.

    A sentence may speak of several topics, and where a part of it was left open it stands among the doubtful too.
    """
    read = [point for point in points if not point["junk"]]
    open_points = [(point, _spans_by_topic(point)) for point in read if not point["resolved"]]
    names = {need["topic"]["code"]: need["topic"]["name"] for need in needs}
    unsure = [
        _voice(point, [], filed=[names[code] for code in spans if code in names])
        for point, spans in open_points
        if point["abstained"] or not spans
    ]
    return {
        "topics": [
            {
                "topic": need["topic"],
                "voices": [
                    _voice(point, spans[need["topic"]["code"]])
                    for point, spans in open_points
                    if need["topic"]["code"] in spans
                ],
            }
            for need in needs
        ],
        "unsure": unsure,
        "resolved": [_voice(point, []) for point in read if point["resolved"]],
        "n_read": len(read),
        "n_filed": sum(1 for _, spans in open_points if spans),
        "n_partly": sum(1 for voice in unsure if voice["filed"]),
        "n_empty": len(points) - len(read),
    }


def _spans_by_topic(point: Node) -> dict[str, Spans]:
    """Return the evidence of each top topic; a leaf speaks for its parent."""
    spans: dict[str, Spans] = defaultdict(list)
    for tag in point["topics"]:
        spans[top_code(tag["topic"])] += tag["evidence"]
    return dict(spans)


def _voice(point: Node, spans: Spans, *, filed: Sequence[str] = ()) -> Node:
    trainee = point["trainee"]
    county = trainee["community"]["county"] if trainee and trainee["community"] else ""
    return {
        "pieces": _pieces(point["text"], spans),
        "role": trainee["role"] if trainee else None,
        "county": county,
        # Topics under which the rest of a doubtful sentence stands.
        "filed": filed,
    }


def _pieces(text: str, spans: Spans) -> list[tuple[str, bool]]:
    """Cut a text into (piece, whether it is evidence); spans may touch or overlap."""
    marked = [False] * len(text)
    for span in spans:
        for place in range(span["start"], min(span["end"], len(text))):
            marked[place] = True
    pieces: list[tuple[str, bool]] = []
    for character, is_evidence in zip(text, marked, strict=True):
        if pieces and pieces[-1][1] == is_evidence:
            pieces[-1] = (pieces[-1][0] + character, is_evidence)
        else:
            pieces.append((character, is_evidence))
    return pieces
