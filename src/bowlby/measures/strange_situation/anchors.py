"""From what a child did to a point on a scale: bowlby's own functions, anchored where a scale's middle lies."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Anchors:
    """The amount that lies in the middle of each scale, and how its parts are weighed; all assumed.

    Args:
        seeking: weighed acts of seeking that score 4.
        maintaining: share of time, 0 to 1, of active holding on that scores 4.
        avoidance: share of time, weighed by promptness, that scores 4.
        resistance: share of time that scores 4.
        disorganization: weighed theme events that score 5 of 9.
        early_s: seconds over which an act's extra weight at reunion fades by a factor e.
        early: extra weight of avoidance at the moment of reunion; 0 for none.
        bid: a signal at a distance, as a part of an approach.
        completion: contact that the child began, in approaches.
        bout_s: seconds by which each act of resistance counts beyond its length.
        held: being held without holding on, where the child had begun contact, as a part of holding on.
        held_passive: the same where the caregiver had.
        theme_s: seconds of a theme event that count as much again as its occurrence.
    """

    seeking: float = 2.5
    maintaining: float = 0.22
    avoidance: float = 0.27
    resistance: float = 0.12
    disorganization: float = 2.5
    early_s: float = 30.0
    early: float = 2.0
    bid: float = 0.4
    completion: float = 1.5
    bout_s: float = 2.0
    held: float = 0.3
    held_passive: float = 0.15
    theme_s: float = 10.0


def on_scale(amount: pl.Expr, middle: float, top: float) -> pl.Expr:
    """Return the point of a scale from 1 to `top` for an amount: 1 + (top - 1) (1 - 2^(-amount / middle)).

    It is 1 for nothing, (1 + top) / 2 for `middle`, rises strictly and nears `top`: each further minute of the same
    counts less than the one before. The form is ours; Ainsworth, Blehar, Waters & Wall (1978, Patterns of Attachment)
    describe the points of the scales in words.

    Args:
        amount: >= 0.
        middle: the amount, > 0, that lies in the middle.
        top: the highest point, 7 or 9.

    Returns:
        In [1, top).
    """
    return 1.0 + (top - 1.0) * (1.0 - (-(amount / middle) * 0.6931471805599453).exp())


def promptness(since_s: pl.Expr, fade_s: float) -> pl.Expr:
    """Return the extra weight of an act for coming early: exp(-seconds since reunion / fade).

    Args:
        since_s: seconds since the reunion began, >= 0.
        fade_s: seconds, > 0.

    Returns:
        In (0, 1].
    """
    return (-since_s / fade_s).exp()


def prompt_seconds(onset_s: pl.Expr, offset_s: pl.Expr, anchors: Anchors) -> pl.Expr:
    """Return the seconds of a state weighed by promptness: the integral of 1 + early exp(-t / fade) over it.

    Args:
        onset_s: seconds since the reunion began, >= 0.
        offset_s: seconds since the reunion began, >= onset.
        anchors: `early` and `early_s`.

    Returns:
        Weighed seconds, >= the unweighed.
    """
    fade = anchors.early_s
    extra = promptness(onset_s, fade) - promptness(offset_s, fade)
    return offset_s - onset_s + anchors.early * fade * extra
