"""MovieLens-100K: 100 000 ratings of 1 682 films by 943 people, as they lie in the wheel of recbole.

F. M. Harper and J. A. Konstan (2015), The MovieLens datasets: history and context. The ratings stay outside this
repository: their licence lets everybody use them for research but not pass them on.
"""

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WHEEL = "recbole==1.2.1"
MEMBER = "recbole/dataset_example/ml-100k/ml-100k.inter"
CACHE = Path.home() / ".cache" / "yanzhen-benchmarks"
COLUMNS = ("user_id", "item_id", "rating")


class NoRatings(Exception):
    """The ratings cannot be had; the message says what to do, in Chinese and in English."""


@dataclass(frozen=True)
class Ratings:
    """Ratings as parallel arrays; users and items are numbered from 0."""

    users: NDArray[np.int64]
    items: NDArray[np.int64]
    values: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int]:
        """How many users and items there are."""
        return int(self.users.max()) + 1, int(self.items.max()) + 1


def ratings_file(data: Path | None, cache: Path = CACHE) -> Path:
    """Return the file of ratings: the given one, the one in the cache folder, or a fresh download into it."""
    if data is not None:
        if not data.is_file():
            raise NoRatings(
                f"没有评分数据:{data} 不是文件。请用 --data 指定 ml-100k.inter,或不写 --data,由程序自动下载。\n"
                f"No ratings: {data} is no file. Name ml-100k.inter by --data, or leave --data out to download it."
            )
        return data
    file = cache / Path(MEMBER).name
    if not file.is_file():
        _download(cache)
    return file


def _download(cache: Path) -> None:
    """Fetch the wheel by pip, without what it depends on, and unpack the one file."""
    cache.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), WHEEL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(cache.glob("recbole-*.whl"))
    if done.returncode or not wheels:
        raise NoRatings(
            f"没有评分数据:pip 未能下载 {WHEEL}(不含依赖)。请检查软件源,或从该 wheel 中解出 {MEMBER},用 --data 指定。\n"
            f"No ratings: pip could not download {WHEEL} (without dependencies). Check the package index, or take "
            f"{MEMBER} out of that wheel and name it by --data.\n{done.stderr.strip()[-500:]}"
        )
    with zipfile.ZipFile(wheels[-1]) as wheel:
        (cache / Path(MEMBER).name).write_bytes(wheel.read(MEMBER))


def read_ratings(file: Path) -> Ratings:
    """Read a table with tabs whose header names user_id, item_id and rating, with or without types."""
    with file.open(encoding="utf-8") as lines:
        header = [name.split(":")[0] for name in lines.readline().rstrip("\n").split("\t")]
        if not set(COLUMNS) <= set(header):
            raise NoRatings(
                f"{file} 不是评分表:第一行应有制表符分隔的 {'、'.join(COLUMNS)}。\n"
                f"{file} holds no ratings: its first line must name {', '.join(COLUMNS)}, divided by tabs."
            )
        rows = [line.rstrip("\n").split("\t") for line in lines if line.strip()]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    _, users = np.unique(columns["user_id"], return_inverse=True)
    _, items = np.unique(columns["item_id"], return_inverse=True)
    return Ratings(users, items, np.array(columns["rating"], dtype=np.float64))
