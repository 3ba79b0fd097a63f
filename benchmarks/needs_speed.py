"""Speed and memory of reading answers, on one core, with answers made of the shipped troubles."""

import itertools
import resource
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.needs_answers import shipped_reader
from matching import AnswerReader, TopicClassifier
from seed.topics import load_topics

N_TIMED = 20_000
N_FITTED = 10_000
N_WAVE = 100_000
REPEATS = 3


def troubles() -> list[tuple[str, str]]:
    """Return every shipped trouble with its top topic."""
    return [(top.code, trouble) for top in load_topics() for leaf in top.leaves for trouble in leaf.troubles]


def made_answers(seed: int) -> Iterator[tuple[str, str]]:
    """Yield without end a topic and an answer of 8 to 40 characters, cut from two troubles of that topic."""
    shuffle = np.random.default_rng(seed)
    told = troubles()
    by_topic = {code: [text for owner, text in told if owner == code] for code, _ in told}
    codes = list(by_topic)
    while True:
        code = codes[shuffle.integers(len(codes))]
        first, second = (by_topic[code][shuffle.integers(len(by_topic[code]))] for _ in range(2))
        cut, rest = shuffle.integers(6, 25), shuffle.integers(0, 16)
        yield code, first[:cut] + ("，" + second[-rest:] if rest >= 4 else "")


def texts_per_second(reader: AnswerReader) -> list[float]:
    """Return answers read per CPU second, new ones each time."""
    rates = []
    for repeat in range(REPEATS):
        texts = [text for _, text in itertools.islice(made_answers(repeat), N_TIMED)]
        start = time.process_time()
        reader.read(texts)
        rates.append(N_TIMED / (time.process_time() - start))
    return rates


def fit_seconds() -> float:
    """Return the CPU seconds of learning the tree's top topics with many labelled answers."""
    labels, texts = zip(*itertools.islice(made_answers(7), N_FITTED), strict=True)
    nodes = [(top.code, [text for leaf in top.leaves for text in leaf.troubles]) for top in load_topics()]
    start = time.process_time()
    TopicClassifier().fit(texts, labels, topics=nodes)
    return time.process_time() - start


def wave_megabytes(reader: AnswerReader) -> tuple[float, float]:
    """Return the process's peak memory in MB before and after reading a wave that is never held whole."""
    before = peak_megabytes()
    wave = (text for _, text in itertools.islice(made_answers(9), N_WAVE))
    needs = sum(len(reading.codes) for reading in reader.read_iter(wave))
    assert needs > 0
    return before, peak_megabytes()


def peak_megabytes() -> float:
    """Return the largest resident size so far, in MB (Linux counts in kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_speed() -> None:
    """Print one row per measure."""
    start = time.process_time()
    reader = shipped_reader(semantic=False)
    print("— Speed, CPU seconds of one process; run with OMP_NUM_THREADS=1 —")
    print(f"{'fit reader on the shipped tree':<44}{time.process_time() - start:>9.1f} s")
    print(f"{'answers read per second, median':<44}{np.median(texts_per_second(reader)):>9.0f}")
    before, after = wave_megabytes(reader)
    print(f"{f'peak memory before and after {N_WAVE} answers':<44}{before:>9.0f} MB {after:.0f} MB")
    print(f"{f'fit on {N_FITTED} labelled answers':<44}{fit_seconds():>9.1f} s")
