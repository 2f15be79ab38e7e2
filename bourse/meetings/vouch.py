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
    for method, result, _ in found:
        if method == "dmarc" and result in VERDICTS:
            return VERDICTS[result]
    looks = [(result, of) for method, result, of in found if method in ("dkim", "spf")]
    if any(result == "pass" and _is_aligned(of, sender.rpartition("@")[2]) for result, of in looks):
        return Proof.passed
    return Proof.failed if any(result == "fail" for result, _ in looks) else Proof.none


def _said(header: str) -> list[str]:
    """Who says it, then each finding; comments left out."""
    name, *found = re.sub(r"\([^()]*\)", " ", header.lower()).split(";")
    return [name.split(" ")[0], *found] if name.strip() else [""]


def _finding(part: str) -> tuple[str, str, str]:
    """A method, its result, and the domain that it is about."""
    words: dict[str, str] = dict(re.findall(r"([a-z.-]+)\s*=\s*\"?([^\s;\"]+)", part))
    method = next(iter(words), "")
    of = words.get("header.d") or words.get("smtp.mailfrom", words.get("header.i", ""))
    return method, words.get(method, ""), of.rpartition("@")[2]


def _is_aligned(of: str, domain: str) -> bool:
    """Whether one is the other or stands above it; a top-level domain stands above nobody."""
    return of == domain or (of.count(".") >= 1 and domain.endswith(f".{of}")) or of.endswith(f".{domain}")
