"""What one request brings along: whose it is, in which language, on which database."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from studio.messages import DEFAULT_LANGUAGE
from studio.permissions import Actor


@dataclass(frozen=True)
class Context:
    """The context of one operation, made anew for each."""

    engine: AsyncEngine
    actor: Actor
    language: str = DEFAULT_LANGUAGE
