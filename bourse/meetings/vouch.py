"""Asks what our own mail server says of a sender (Authentication-Results, RFC 8601); it is proof, doubt or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum


class Proof(StrEnum):
    """How sure it is that a mail comes from its From."""

    passed = "passed"
    none = "none"  # nobody of ours looked
    failed = "failed"


VERDICTS = {"pass": Proof.passed, "fail": Proof.failed}


def proof_of(results: Iterable[str], authority: str, sender: str) -> Proof:
    """Return what `authority`, the name that our own server signs with, found about `sender`.

    What other servers claim to have found is not read: anybody can write it. Of our own the first counts, the last
    one written.
    """
    ours = next((said for said in map(_said, results) if authority and said[0] == authority.lower()), None)
    if ours is None:
        return Proof.none
    found = [_finding(part) for part in ours[1:]]
    domain = sender.rpartition("@")[2]
    for method, result, of in found:
        if method == "dmarc" and result in VERDICTS:
            return VERDICTS[result] if result != "pass" or _is_aligned(of, domain) else Proof.failed
    looks = [(result, of) for method, result, of in found if method in ("dkim", "spf")]
    if any(result == "pass" and _is_aligned(of, domain) for result, of in looks):
        return Proof.passed
    return Proof.failed if any(result == "fail" for result, _ in looks) else Proof.none


def _said(header: str) -> list[str]:
    """Who says it, then each finding; without comments and quotes, for the sender may have put words there."""
    plain = re.sub(r'"(?:[^"\\]|\\.)*"', " ", header.lower())
    name, *found = re.sub(r"\([^()]*\)", " ", plain).split(";")
    return [name.split(" ")[0], *found] if name.strip() else [""]


def _finding(part: str) -> tuple[str, str, str]:
    """A method, its result, and the domain that it is about."""
    words: dict[str, str] = dict(re.findall(r"([a-z.-]+)\s*=\s*\"?([^\s;\"]+)", part))
    method = next(iter(words), "")
    of = words.get("header.from" if method == "dmarc" else "header.d")
    of = of or words.get("smtp.mailfrom", words.get("header.i", ""))
    return method, words.get(method, ""), of.rpartition("@")[2]


def _is_aligned(of: str, domain: str) -> bool:
    """Whether one is the other or stands above it; a top-level domain stands above nobody."""
    return of == domain or (of.count(".") >= 1 and domain.endswith(f".{of}")) or of.endswith(f".{domain}")
