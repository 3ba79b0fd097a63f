"""What people said, in their own words, by topic."""

from typing import Any

Node = dict[str, Any]


def voices_by_topic(points: list[Node], needs: list[Node]) -> Node:
    """Return the sentences of each topic with the words that show it, the doubtful ones, and good news."""
    spoken = [point for point in points if not point["junk"] and not point["resolved"]]
    topics = []
    for need in needs:
        said = [
            _voice(point, tag)
            for point in spoken
            for tag in _tags(point)
            if tag["topic"]["code"] == need["topic"]["code"]
        ]
        topics.append({"topic": need["topic"], "voices": said})
    return {
        "topics": topics,
        "unsure": [_voice(point, None) for point in spoken if point["abstained"] and not _tags(point)],
        "resolved": [_voice(point, None) for point in points if point["resolved"] and not point["junk"]],
        "empty": sum(1 for point in points if point["junk"]),
    }


def _tags(point: Node) -> list[Node]:
    return [tag for tag in point["topics"] if tag["topic"]["parent"] is None]


def _voice(point: Node, tag: Node | None) -> Node:
    trainee = point["trainee"]
    county = trainee["community"]["county"] if trainee and trainee["community"] else ""
    return {
        "pieces": _pieces(point["text"], tag["evidence"] if tag else []),
        "role": trainee["role"] if trainee else None,
        "county": county,
    }


def _pieces(text: str, spans: list[Node]) -> list[tuple[str, bool]]:
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
