"""Changes of mentors and the price of an override, in words that an organizer reads."""

from datetime import date

from studio.messages import listed, translate
from studio.operations.rules.limit_words import told_author, told_limit, told_rule
from studio.operations.suppositions.obstacles import Obstacle
from studio.operations.suppositions.override_preview import Effect, OverridePreview, Verdict
from studio.operations.suppositions.replay import Replay, ReplayOutcome
from studio.operations.suppositions.what_if import Change, Someone
from studio.store.labels import label
from studio.store.limits import LimitRule
from studio.store.mentor_enums import PairingKind

# Smaller shares are told as "less than".
LEAST_SHARE = 0.001
BRACKETS = {"zh": ("（", "）"), "en": (" (", ")")}
# Between sentences that name several people each.
BETWEEN = {"zh": "，", "en": "; "}


def told(change: Change, language: str) -> str:
    """Return who goes from whom to whom, in one short sentence without its full stop."""
    code = "CHANGE_MOVES"
    if change.leaves:
        code = "CHANGE_LEAVES" if change.before else "CHANGE_LEAVES_UNMATCHED"
    elif change.joins:
        code = "CHANGE_JOINS" if change.after else "CHANGE_JOINS_UNMATCHED"
    elif change.before is None:
        code = "CHANGE_GAINS"
    elif change.after is None:
        code = "CHANGE_LOSES"
    elif change.before == change.after:
        weeks = told_week(change.before_week, language), told_week(change.after_week, language)
        names = {"trainee": change.trainee.name, "mentor": change.after.name}
        return translate("CHANGE_WEEK", language, **names, before=weeks[0], after=weeks[1])
    said = translate(
        code,
        language,
        trainee=change.trainee.name,
        before=in_week(change.before.name, change.before_week, language) if change.before else "",
        after=in_week(change.after.name, change.after_week, language) if change.after else "",
    )
    return with_kind(said, change.kind, language)


def with_kind(text: str, kind: PairingKind, language: str) -> str:
    """Return a text with which of a trainee's two mentors it is about; of an only one the text alone."""
    if kind is PairingKind.SOLE:
        return text
    before, after = BRACKETS[language]
    return f"{text}{before}{kind_word(kind, language)}{after}"


def kind_word(kind: PairingKind, language: str) -> str:
    """Return which of a trainee's mentors it is."""
    return kind.value.lower() if language == "en" else label(kind)


def told_week(week: date | None, language: str) -> str:
    """Return a week by its number and its Monday, or that there is none."""
    if week is None:
        return translate("WEEK_OPEN", language)
    year, number, _ = week.isocalendar()
    return translate("WEEK_SHORT", language, year=year, number=number, month=week.month, day=week.day)


def in_week(name: str, week: date | None, language: str) -> str:
    """Return a name with the week, where there is one."""
    if week is None:
        return name
    return translate("NAME_IN_WEEK", language, name=name, week=told_week(week, language))


def told_preview(preview: OverridePreview, language: str) -> str:
    """Return what an override comes to: its price and who else moves, or what stands against it."""
    names = {"trainee": preview.trainee.name, "mentor": preview.mentor.name}
    if preview.verdict in (Verdict.FORBIDDEN, Verdict.PINNED_ELSEWHERE):
        return listed((told_obstacle(each, language) for each in preview.obstacles), language)
    if preview.verdict is Verdict.RULED_OUT:
        told_all = translate("PREVIEW_RULED_OUT", language, **names, fixed=_fixed(preview, language))
        return _with_caps(told_all, preview, language)
    effect = preview.alone or preview.together
    if effect is None:
        code = "NO_PLACES_OPEN" if preview.caps else preview.verdict.value
        return _with_caps(translate(f"PREVIEW_{code}", language, **names), preview, language)
    names["mentor"] = in_week(preview.mentor.name, effect.changes[0].after_week, language)
    told_all = translate("PREVIEW_PRICE", language, **names, effect=told_effect(effect, language))
    best = preview.best
    if best is not None and best.change > effect.change:
        total = _total(best, language)
        told_all = translate("PREVIEW_ALSO", language, first=told_all, n_moved=len(best.others), total=total)
    return _with_caps(told_all, preview, language)


def _with_caps(told_all: str, preview: OverridePreview, language: str) -> str:
    """Return a text with the caps that hold the mentor back, and what one place more would come to."""
    if not preview.caps:
        return told_all
    names = {preview.mentor.id: preview.mentor.name} if preview.mentor.id else {}
    caps = [told_rule(cap.limit, names, language) for cap in preview.caps if cap.limit is not None]
    told_all = translate("PREVIEW_CAPPED", language, first=told_all, mentor=preview.mentor.name, caps=caps)
    if preview.relaxed is None:
        return told_all
    return translate("PREVIEW_RELAXED", language, first=told_all, total=_total(preview.relaxed, language))


def told_effect(effect: Effect, language: str) -> str:
    """Return the change of the total and who else moves."""
    total = _total(effect, language)
    if not effect.others:
        return translate("PREVIEW_NOBODY_ELSE", language, total=total)
    moves = BETWEEN[language].join(told(change, language) for change in effect.others)
    return translate("PREVIEW_OTHERS", language, total=total, moves=moves)


def _total(effect: Effect, language: str) -> str:
    share = abs(effect.relative or 0.0)
    amount = f"{share:.1%}" if share >= LEAST_SHARE else translate("PREVIEW_TINY", language)
    code = "PREVIEW_EQUAL"
    if effect.change:
        code = "PREVIEW_LESS" if effect.change < 0 else "PREVIEW_MORE"
    return translate(code, language, share=amount)


def told_obstacle(obstacle: Obstacle, language: str) -> str:
    """Return what stands against a pair, with its reason, author and expiry."""
    until = translate("PREVIEW_ALWAYS", language)
    if obstacle.expires_on is not None:
        until = translate("PREVIEW_UNTIL", language, day=obstacle.expires_on.isoformat())
    return translate(
        f"OBSTACLE_{obstacle.kind.value}",
        language,
        trainee=obstacle.trainee.name,
        mentor=obstacle.mentor.name,
        reason=obstacle.reason or "—",
        author=told_author(obstacle.author or "", language),
        until=until,
        rule=_limit(obstacle, language),
    )


def told_held_back(mentor: Someone, cap: LimitRule, language: str) -> str:
    """Return which cap keeps closed what a supposed capacity would open."""
    names = {mentor.id: mentor.name} if mentor.id else {}
    told_cap = told_rule(cap, names, language)
    return translate("WHAT_IF_HELD_BACK", language, mentor=mentor.name, cap=told_cap, number=cap.number)


def _limit(obstacle: Obstacle, language: str) -> str:
    if obstacle.limit is None:
        return ""
    names = {obstacle.mentor.id: obstacle.mentor.name} if obstacle.mentor.id else {}
    return told_limit(obstacle.limit, names, language)


def told_replay(replay: Replay, language: str) -> str:
    """Return what came of a replay."""
    parts = [translate(f"INPUT_{part.value}", language) for part in replay.changed]
    code = f"REPLAY_{replay.outcome.value}"
    if replay.outcome is ReplayOutcome.INPUT_CHANGED and not parts:
        code = "REPLAY_INPUT_GONE"
    return translate(code, language, number=replay.run.number, parts=parts, n_changes=len(replay.changes))


def _fixed(preview: OverridePreview, language: str) -> list[str]:
    return [told_obstacle(each, language) for each in preview.obstacles]
